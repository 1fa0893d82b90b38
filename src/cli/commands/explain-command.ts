import type { Command } from "commander";

import type { CliIo } from "../cli-io.ts";
import type { ExplainFlags } from "./explain-flags.ts";

const description = `Tells why an object has its verdicts: for each rule why it applies or not, what was compared, and for what
failed the place in the object with the value found and the value wanted.

KIND is a kind, its plural or its short name; POLICY and FILE are YAML or JSON files, folders, or - for standard input.`;

const help = `
Exit codes:
  0  the object is explained, whatever its verdicts
  1  there is no such object, a file or policy that cannot be read, or a wrong argument

Examples:
  rearguard explain deployment/web -n shop policies/ -r manifests/
  rearguard explain deploy/web -n shop --cluster`;

/** Adds `explain` to the program. */
export function addExplainCommand(program: Command, io: CliIo): void {
  program
    .command("explain")
    .description(description)
    .summary("tell why an object has its verdicts")
    .argument("<KIND/NAME>", "the object, such as deployment/web")
    .argument("[POLICY...]", "policy files, folders or -")
    .option("-p, --policy <file>", "policy file or folder; may be repeated", collect)
    .option("-r, --resource <file>", "resource file, folder or -; may be repeated", collect)
    .option("-c, --cluster", "an object of the cluster; without policies those of the cluster count")
    .option("--kubeconfig <file>", "kubeconfig file (default: KUBECONFIG, then ~/.kube/config)")
    .option("--context <name>", "context of the kubeconfig (default: its current one)")
    .option("-n, --namespace <name>", "namespace of the object (default: any; in a cluster: default)")
    .option("--rule <pattern>", "only rules with this name, as RULE or POLICY/RULE; with * and ?")
    .option("-o, --output-format <format>", "text, json or yaml")
    .option("--detailed-results", "all clauses also of rules that do not apply")
    .option("-f, --values-file <file>", "values for variables")
    .option("-s, --set <pairs>", "values for variables: key=value, separated by commas", collect)
    .option("-u, --userinfo <file>", "who makes the requests")
    .option("-e, --exception <file>", "file or folder with exceptions; may be repeated", collect)
    .option("--exceptions-within-resources", "take the exceptions among the resources, and no others")
    .option("--exceptions-within-policies", "take the exceptions among the policies, too")
    .option("--target-resource <file>", "objects that mutations of existing objects find", collect)
    .option("--parameter-resource <file>", "objects that policies take parameters from", collect)
    .option("--crd-paths <file>", "CustomResourceDefinitions of the kinds in the files", collect)
    .option("--context-file <file>", "objects that policies read")
    .option("--remove-color", "no colours")
    .addHelpText("after", help)
    .action(async (subject: string, policies: readonly string[], flags: ExplainFlags) => {
      const { runExplain } = await import("./run-explain.ts");
      io.setExitCode(await runExplain(subject, policies, flags, io));
    });
}

/** Flags that may be repeated also take lists with commas. */
function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(",").filter((part) => part !== "")];
}
