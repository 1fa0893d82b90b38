/**
 * Flags of `kyverno apply` that do not exist here. They are known so that they are refused by name, with what to do
 * instead: a flag that is passed over in silence gives results that nobody asked for.
 */
export const unsupportedFlags: readonly (readonly [flags: string, hint: string])[] = [
  ["--envoy-payload <file>", "requests of Envoy are judged on admission only"],
  ["--http-payload <file>", "HTTP requests are judged on admission only"],
  ["--registry", "image registries are not read; give the data of images as values"],
  ["--password <text>", "clone the repository and name its folder"],
  ["--username <text>", "clone the repository and name its folder"],
  ["-b, --git-branch <name>", "clone the repository, check the branch out, and name its folder"],
];
