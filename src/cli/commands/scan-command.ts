import { Option } from "commander";
import type { Command } from "commander";

import type { CliIo } from "../cli-io.ts";
import { UsageError } from "../usage-error.ts";
import type { ScanFlags } from "./scan-options.ts";
import { unsupportedFlags } from "./unsupported-flags.ts";

const description = `Judges resources from files by policies, without a cluster.

POLICY and FILE are YAML or JSON files, folders, or - for standard input; flags are those of kyverno apply.`;

const help = `
Exit codes:
  0  nothing violates a policy
  1  a violation, an error, a file or policy that cannot be read, or a wrong argument
  N  of --warn-exit-code: warnings and nothing worse; with --warn-no-pass also: nothing passes`;

/** Adds `scan` (also `apply`) to the program. */
export function addScanCommand(program: Command, io: CliIo): void {
  const command = program
    .command("scan")
    .alias("apply")
    .description(description)
    .summary("judge resources from files")
    .argument("[POLICY...]", "policy files, folders or -")
    .option("-r, --resource <file>", "resource file, folder or -; may be repeated", collect)
    .addOption(new Option("--resources <file>").argParser(collect).hideHelp())
    .option("--target-resource <file>", "objects that mutations of existing objects find", collect)
    .addOption(new Option("--target-resources <file>").argParser(collect).hideHelp())
    .option("-o, --output <path>", "write mutated and generated objects to a file (.yaml) or a folder")
    .option("-p, --policy-report", "print reports instead of results")
    .option("--output-format <format>", "table, json, yaml, junit, sarif or markdown (with -p: yaml or json)")
    .option("-t, --table", "table with all results, also those that pass or are skipped")
    .option("--detailed-results", "the same")
    .option("--remove-color", "no colours")
    .option("-f, --values-file <file>", "values for variables")
    .option("-s, --set <pairs>", "values for variables: key=value, separated by commas", collect)
    .option("-u, --userinfo <file>", "who makes the requests")
    .option("-e, --exception <file>", "file or folder with exceptions; may be repeated", collect)
    .addOption(new Option("--exceptions <file>").argParser(collect).hideHelp())
    .option("--exceptions-within-resources", "take the exceptions among the resources, and no others")
    .addOption(new Option("--exceptions-with-resources").hideHelp())
    .option("--exceptions-within-policies", "take the exceptions among the policies, too")
    .option("--audit-warn", "count violations of policies that only audit as warnings")
    .option("--warn-exit-code <code>", "exit code where there are warnings and nothing worse", "0")
    .option("--warn-no-pass", "treat it as a warning where nothing passes")
    .option("--continue-on-fail", "always the case: one bad resource or policy does not stop the rest");
  command.addHelpText("after", help);
  const refused = unsupportedFlags.map((flags) => new Option(flags).hideHelp());
  for (const option of refused) command.addOption(option);
  command.action(async (policies: readonly string[], flags: ScanFlags) => {
    const used = refused.find((option) => Object.hasOwn(flags, option.attributeName()));
    if (used !== undefined) throw new UsageError(`${used.long ?? used.flags} is not supported yet`);
    const { runScan } = await import("./run-scan.ts");
    io.setExitCode(await runScan(policies, flags, io));
  });
}

/** Flags that may be repeated also take lists with commas. */
function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(",").filter((part) => part !== "")];
}
