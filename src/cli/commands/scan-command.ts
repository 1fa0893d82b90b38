import { Option } from "commander";
import type { Command } from "commander";

import type { CliIo } from "../cli-io.ts";
import { UsageError } from "../usage-error.ts";
import type { ScanFlags } from "./scan-flags.ts";
import { unsupportedFlags } from "./unsupported-flags.ts";

const description = `Judges resources by policies: those of files, or with --cluster those of a live cluster.

POLICY and FILE are YAML or JSON files, folders, or - for standard input; flags are those of kyverno apply.`;

const help = `
Exit codes:
  0  nothing violates a policy
  1  a violation, an error, a file, kind or policy that cannot be read, or a wrong argument
  N  of --warn-exit-code: warnings and nothing worse; with --warn-no-pass also: nothing passes

Exit codes with --compare:
  0  nothing would change
  1  something could not be read or judged, or a wrong argument
  2  something would change`;

/** Adds `scan` (also `apply`) to the program. */
export function addScanCommand(program: Command, io: CliIo): void {
  const command = program
    .command("scan")
    .alias("apply")
    .description(description)
    .summary("judge resources from files or a cluster")
    .argument("[POLICY...]", "policy files, folders or -");
  addInputOptions(command);
  addClusterOptions(command);
  addOutputOptions(command);
  command.addHelpText("after", help);
  const refused = unsupportedFlags.map(([flags, hint]) => ({ option: new Option(flags).hideHelp(), hint }));
  for (const { option } of refused) command.addOption(option);
  command.action(async (policies: readonly string[], flags: ScanFlags) => {
    const used = refused.find(({ option }) => Object.hasOwn(flags, option.attributeName()));
    if (used !== undefined) throw new UsageError(`${used.option.long ?? ""} is not supported: ${used.hint}`);
    const { runScan } = await import("./run-scan.ts");
    io.setExitCode(await runScan(policies, flags, io));
  });
}

function addInputOptions(command: Command): void {
  command
    .option(
      "-r, --resource <file>",
      "resource file, folder or -; with --cluster a name; may be repeated",
      collect,
    )
    .addOption(new Option("--resources <file>").argParser(collect).hideHelp())
    .option("--json <file>", "JSON that is no Kubernetes object, for policies that judge any JSON", collect)
    .option("--target-resource <file>", "objects that mutations of existing objects find", collect)
    .addOption(new Option("--target-resources <file>").argParser(collect).hideHelp())
    .option("--parameter-resource <file>", "objects that policies take parameters from", collect)
    .addOption(new Option("--parameter-resources <file>").argParser(collect).hideHelp())
    .option(
      "--crd-paths <file>",
      "CustomResourceDefinitions, which tell whether kinds have a namespace",
      collect,
    )
    .addOption(new Option("--crd-path <file>").argParser(collect).hideHelp())
    .option("--context-file <file>", "objects that policies read")
    .option("-f, --values-file <file>", "values for variables")
    .option("-s, --set <pairs>", "values for variables: key=value, separated by commas", collect)
    .option("-u, --userinfo <file>", "who makes the requests")
    .option("-e, --exception <file>", "file or folder with exceptions; may be repeated", collect)
    .addOption(new Option("--exceptions <file>").argParser(collect).hideHelp())
    .option("--exceptions-within-resources", "take the exceptions among the resources, and no others")
    .addOption(new Option("--exceptions-with-resources").hideHelp())
    .option("--exceptions-within-policies", "take the exceptions among the policies, too");
}

function addClusterOptions(command: Command): void {
  command
    .option("-c, --cluster", "judge the objects of the cluster that the kubeconfig names")
    .option("--kubeconfig <file>", "kubeconfig file (default: KUBECONFIG, then ~/.kube/config)")
    .option("--context <name>", "context of the kubeconfig (default: its current one)")
    .option("-n, --namespace <name>", "only the objects of this namespace")
    .option("--cluster-wide-resources", "with -n: also objects that belong to no namespace")
    .option("--concurrent <number>", "kinds that are listed at once (default: 1)")
    .option("--batch-size <number>", "objects in a page of a list (default: 500)")
    .option("--continue-on-error [bool]", "go on where a kind cannot be listed (default: true)")
    .option("--show-performance", "say how many objects were listed, and in which time");
}

function addOutputOptions(command: Command): void {
  command
    .option(
      "--compare [policies]",
      "what would change: against older policies, or the reports of the cluster",
    )
    .option("-o, --output <path>", "write mutated and generated objects to a file (.yaml) or a folder")
    .option("-i, --stdin", "print mutated and generated objects, results go to standard error")
    .option("-p, --policy-report", "print reports instead of results")
    .option("--output-format <format>", "table, json, yaml, junit, sarif or markdown (with -p: yaml or json)")
    .option("--generate-exceptions", "print an exception for each violation instead of results")
    .option("--generated-exception-ttl <duration>", "how long they last (default: 720h)")
    .option("-t, --table", "table with all results, also those that pass or are skipped")
    .option("--detailed-results", "the same")
    .option("--remove-color", "no colours")
    .option("--audit-warn", "count violations of policies that only audit as warnings")
    .option("--warn-exit-code <code>", "exit code where there are warnings and nothing worse", "0")
    .option("--warn-no-pass", "treat it as a warning where nothing passes")
    .option("--continue-on-fail", "always the case: one bad resource or policy does not stop the rest");
}

/** Flags that may be repeated also take lists with commas. */
function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(",").filter((part) => part !== "")];
}
