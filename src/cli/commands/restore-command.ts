import type { Command } from "commander";

import type { CliIo } from "../cli-io.ts";
import type { QueryFlags } from "../restore/parse-query.ts";

/** The flags of `restore` as they were typed. */
export interface RestoreFlags extends QueryFlags {
  readonly list?: boolean;
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly withoutData?: boolean;
  readonly journal?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly operatorNamespace: string;
  readonly outputFormat?: string;
  readonly removeColor?: boolean;
}

const description = `Puts back what cleanup policies, deleting policies or the TTL label deleted, from the journal that the operator kept:
ConfigMaps in its namespace, or with --journal the folder of its volume. Without --yes nothing is created: the server is
asked whether it would be, and what exists is told of. What exists is never changed.

NAME is the name of an object, or KIND/NAME.`;

const help = `
Exit codes:
  0  everything that was asked for is there, or would be with --yes; with --list: the journal was read
  1  something cannot be restored, nothing fits, a part of the journal cannot be read, or a wrong argument

Examples:
  rearguard restore --list --since 2h
  rearguard restore --policy old-caches --run 2026-01-31T15:30:00Z
  rearguard restore configmap/cache-1 -n shop --yes
  rearguard restore --journal /journal --policy old-caches -o manifests`;

/** Adds `restore` to the program. */
export function addRestoreCommand(program: Command, io: CliIo): void {
  program
    .command("restore")
    .description(description)
    .summary("put back what the operator deleted, from its journal")
    .argument("[NAME...]", "names of objects, or KIND/NAME")
    .option("-n, --namespace <name>", "only objects of this namespace")
    .option("--kind <kind>", "only objects of this kind")
    .option("--policy <name>", "only what this policy deleted: NAME, NAMESPACE/NAME or KIND/NAME")
    .option("--run <time>", "only what this run deleted, by its scheduled time")
    .option("--since <time>", "only what was deleted since: 2h, 2026-01-31 or 2026-01-31T15:30:00Z")
    .option("--until <time>", "only what was deleted until then")
    .option("--all", "everything in the journal")
    .option("-l, --list", "show what the journal holds, and ask no server about it")
    .option("-y, --yes", "create the objects")
    .option("--without-data", "create Secrets whose data was not written down, too")
    .option("--journal <folder>", "read the journal from this folder")
    .option("--kubeconfig <file>", "kubeconfig file (default: KUBECONFIG, then ~/.kube/config)")
    .option("--context <name>", "context of the kubeconfig (default: its current one)")
    .option("--operator-namespace <name>", "namespace of the operator and its journal", "kyverno")
    .option("-o, --output-format <format>", "text, json, yaml, or manifests (YAML, for kubectl)")
    .option("--remove-color", "no colours")
    .addHelpText("after", help)
    .action(async (names: readonly string[], flags: RestoreFlags) => {
      const { runRestore } = await import("./run-restore.ts");
      io.setExitCode(await runRestore(names, flags, io));
    });
}
