/**
 * Flags of `kyverno apply` that do not exist here yet. They are known so that they are refused by name: a flag that is
 * passed over in silence gives results that nobody asked for.
 */
export const unsupportedFlags: readonly string[] = [
  "--batch-size <number>",
  "--cluster-wide-resources",
  "--concurrent <number>",
  "--context <name>",
  "--context-file <file>",
  "--continue-on-error [value]",
  "--crd-path <path>",
  "--crd-paths <path>",
  "--envoy-payload <file>",
  "--generate-exceptions",
  "--generated-exception-ttl <duration>",
  "--http-payload <file>",
  "--json <file>",
  "--kubeconfig <file>",
  "--parameter-resource <file>",
  "--password <text>",
  "--registry",
  "--show-performance",
  "--username <text>",
  "-b, --git-branch <name>",
  "-c, --cluster",
  "-i, --stdin",
  "-n, --namespace <name>",
];
