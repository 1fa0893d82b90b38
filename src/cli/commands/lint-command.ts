import type { Command } from "commander";

import type { CliIo } from "../cli-io.ts";
import type { LintFlags } from "./run-lint.ts";

const description = `Checks policies and exceptions as the API server and Kyverno's admission would, without a cluster. Each problem
is named with file, line and column.`;

const help = `
Exit codes:
  0  nothing is wrong
  1  something is wrong or cannot be read`;

/** Adds `lint` to the program. */
export function addLintCommand(program: Command, io: CliIo): void {
  program
    .command("lint")
    .description(description)
    .summary("check policies")
    .argument("[POLICY...]", "policy files, folders or -")
    .option("-o, --output-format <format>", "text or json")
    .option("-c, --cluster", "check expressions against the kinds of the cluster that the kubeconfig names")
    .option(
      "--kubeconfig <file>",
      "kubeconfig file (default: KUBECONFIG, then ~/.kube/config); implies --cluster",
    )
    .option("--context <name>", "context of the kubeconfig (default: its current one); implies --cluster")
    .addHelpText("after", help)
    .action(async (paths: readonly string[], flags: LintFlags) => {
      const { runLint } = await import("./run-lint.ts");
      io.setExitCode(await runLint(paths, flags, io));
    });
}
