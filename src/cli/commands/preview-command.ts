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

const description = `Tells what policies that delete on a schedule would do now: which objects would go and which stay, and why, which
limit would hold the run, and when it comes. Nothing is changed.

POLICY are files, folders or - with CleanupPolicies, ClusterCleanupPolicies, DeletingPolicies or
NamespacedDeletingPolicies. With --cluster and without POLICY those of the cluster are meant.`;

const help = `
Exit codes:
  0  all policies could be previewed
  1  a policy that cannot run, something that cannot be read, or a wrong argument

Examples:
  rearguard preview cleanup.yaml --cluster
  rearguard preview policies/ -r manifests/ -o json`;

/** Adds `preview` to the program. */
export function addPreviewCommand(program: Command, io: CliIo): void {
  program
    .command("preview")
    .description(description)
    .summary("tell what a policy that deletes would delete now")
    .argument("[POLICY...]", "policy files, folders or -")
    .option("-r, --resource <file>", "resource file, folder or -; may be repeated", collect)
    .option("-c, --cluster", "look at the objects of the cluster")
    .option("--kubeconfig <file>", "kubeconfig file (default: KUBECONFIG, then ~/.kube/config)")
    .option("--context <name>", "context of the kubeconfig (default: its current one)")
    .option(
      "--operator-namespace <name>",
      "namespace of the operator, in which nothing is deleted",
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
