import type { Command } from "commander";

import type { CliIo } from "../cli-io.ts";
import type {
  ExceptionParts,
  MetricsParts,
  TestParts,
  UserInfoParts,
  ValuesParts,
} from "../create/build-documents.ts";

interface OutputFlag {
  readonly output?: string;
}

const help = `
Exit codes:
  0  the file is written
  1  a wrong argument, or the file cannot be written`;

/** Adds `create` with the kinds of files that it makes to the program. */
export function addCreateCommand(program: Command, io: CliIo): void {
  const create = program
    .command("create")
    .summary("begin a file for tests, values, exceptions and the like")
    .description("Makes files of Kyverno's kinds, to be printed or written with -o.")
    .addHelpText("afterAll", help);
  addTest(create, io);
  addValues(create, io);
  addException(create, io);
  addUserInfo(create, io);
  addMetricsConfig(create, io);
}

function part(create: Command, name: string, description: string): Command {
  return create
    .command(name)
    .description(description)
    .option("-o, --output <file>", "where to write it (default: standard output)");
}

function addTest(create: Command, io: CliIo): void {
  part(create, "test", "A file for rearguard test.")
    .option("-n, --name <name>", "name of the test (default: test-name)")
    .option("-p, --policy <file>", "policy file; may be repeated", collect)
    .option("-r, --resource <file>", "resource file; may be repeated", collect)
    .option("-f, --values <file>", "values file")
    .option("--pass <result>", "POLICY,RULE,RESOURCE[,NAMESPACE[,KIND]] that passes", repeat)
    .option("--fail <result>", "one that fails", repeat)
    .option("--skip <result>", "one that is skipped", repeat)
    .action(async (flags: TestParts & OutputFlag) => {
      const { buildTest } = await import("../create/build-documents.ts");
      await print(buildTest(flags), flags, io);
    });
}

function addValues(create: Command, io: CliIo): void {
  part(create, "values", "A file with values for variables (-f of scan and test).")
    .option("-g, --global <pair>", "KEY=VALUE for all policies", collect)
    .option("-n, --ns-selector <labels>", "NAMESPACE,LABEL=VALUE,…", repeat)
    .option("--rule <values>", "POLICY,RULE,KEY=VALUE,…", repeat)
    .option("--resource <values>", "POLICY,RESOURCE,KEY=VALUE,…", repeat)
    .action(async (flags: ValuesParts & OutputFlag) => {
      const { buildValues } = await import("../create/build-documents.ts");
      await print(buildValues(flags), flags, io);
    });
}

function addException(create: Command, io: CliIo): void {
  part(create, "exception", "An exception to rules of policies.")
    .argument("<name>", "its name")
    .option("-n, --namespace <name>", "its namespace")
    .option("--policy-rules <names>", "POLICY,RULE,…; may be repeated", repeat)
    .option("--any <filter>", "kind=…,name=…,namespace=…,operation=…; may be repeated", repeat)
    .option("--all <filter>", "the same, where all have to match", repeat)
    .option("-b, --background <bool>", "false: not for scans (default: true)")
    .action(async (name: string, flags: ExceptionParts & OutputFlag) => {
      const { buildException } = await import("../create/build-documents.ts");
      await print(buildException(name, flags), flags, io);
    });
}

function addUserInfo(create: Command, io: CliIo): void {
  part(create, "user-info", "A file that says who makes requests (-u of scan and explain).")
    .option("-u, --username <name>", "the user")
    .option("-g, --group <name>", "a group of the user; may be repeated", collect)
    .option("-r, --role <name>", "a role of the user; may be repeated", collect)
    .option("-c, --cluster-role <name>", "a cluster role of the user; may be repeated", collect)
    .action(async (flags: UserInfoParts & OutputFlag) => {
      const { buildUserInfo } = await import("../create/build-documents.ts");
      await print(buildUserInfo(flags), flags, io);
    });
}

function addMetricsConfig(create: Command, io: CliIo): void {
  part(create, "metrics-config", "The ConfigMap that says which namespaces metrics are about.")
    .option("-n, --name <name>", "its name (default: kyverno-metrics)")
    .option("--namespace <name>", "its namespace (default: kyverno)")
    .option("-i, --include <namespace>", "only these namespaces; may be repeated", collect)
    .option("-e, --exclude <namespace>", "not these namespaces; may be repeated", collect)
    .action(async (flags: MetricsParts & OutputFlag) => {
      const { buildMetricsConfig } = await import("../create/build-documents.ts");
      await print(buildMetricsConfig(flags), flags, io);
    });
}

async function print(document: object, { output }: OutputFlag, io: CliIo): Promise<void> {
  const { printDocument } = await import("./run-create.ts");
  await printDocument(document, output, io);
}

/** Flags that may be repeated also take lists with commas. */
function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(",").filter((one) => one !== "")];
}

/** Flags whose values have commas of their own. */
function repeat(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
