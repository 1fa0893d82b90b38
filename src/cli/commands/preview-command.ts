import type { Command } from "commander";

import type { CliIo } from "../cli-io.ts";

/** The flags of `preview` as they were typed. */
export interface PreviewFlags {
  readonly resource?: readonly string[];
  readonly cluster?: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly operatorNamespace: string;
  readonly timeZone: string;
  readonly outputFormat?: string;
  readonly removeColor?: boolean;
}

const description = `Tells what policies would do now that act beside admission, and why. Nothing is changed.

Of policies that delete on a schedule: which objects would go and which stay, which limit would hold the run, and
when it comes. Of policies that generate: what would be created, changed or deleted, if each of their triggers was
looked at now. Of policies that change existing objects: which, and what in them.

POLICY are files, folders or - with CleanupPolicies, ClusterCleanupPolicies, DeletingPolicies, ClusterPolicies and
Policies with rules that generate or mutate existing objects, GeneratingPolicies, MutatingPolicies with
evaluation.mutateExisting, or their namespaced kinds. With --cluster and without POLICY those of the cluster are meant.`;

const help = `
Exit codes:
  0  all policies could be previewed
  1  a policy that cannot run, something that cannot be read, or a wrong argument

Examples:
  rearguard preview cleanup.yaml --cluster
  rearguard preview add-network-policy.yaml --cluster
  rearguard preview policies/ -r manifests/ -o json`;

/** Adds `preview` to the program. */
export function addPreviewCommand(program: Command, io: CliIo): void {
  program
    .command("preview")
    .description(description)
    .summary("tell what a policy would create, change or delete now")
    .argument("[POLICY...]", "policy files, folders or -")
    .option("-r, --resource <file>", "resource file, folder or -; may be repeated", collect)
    .option("-c, --cluster", "look at the objects of the cluster")
    .option("--kubeconfig <file>", "kubeconfig file (default: KUBECONFIG, then ~/.kube/config)")
    .option("--context <name>", "context of the kubeconfig (default: its current one)")
    .option(
      "--operator-namespace <name>",
      "namespace of the operator, in which nothing is deleted on a schedule",
      "kyverno",
    )
    .option("--time-zone <name>", "zone of schedules whose policy names none", "UTC")
    .option("-o, --output-format <format>", "text, json or yaml")
    .option("--remove-color", "no colours")
    .addHelpText("after", help)
    .action(async (policies: readonly string[], flags: PreviewFlags) => {
      const { runPreview } = await import("./run-preview.ts");
      io.setExitCode(await runPreview(policies, flags, io));
    });
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(",").filter((part) => part !== "")];
}
