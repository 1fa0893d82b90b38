import { Option } from "commander";
import type { Command } from "commander";

import type { CliIo } from "../cli-io.ts";
import { UsageError } from "../usage-error.ts";
import type { TestFlags } from "./test-options.ts";

const description = `Runs the tests of policies in files named kyverno-test.yaml, in folders and all their folders; files and
flags are those of kyverno test.`;

const help = `
Exit codes:
  0  every test passes, or there is none
  1  a test fails or cannot be run, or there is none and --require-tests is given`;

const unsupported = ["-b, --git-branch <name>", "--registry"] as const;

/** Adds `test` to the program. */
export function addTestCommand(program: Command, io: CliIo): void {
  const command = program
    .command("test")
    .description(description)
    .summary("run tests of policies")
    .argument("[DIR...]", "folders with tests, or files")
    .option("-f, --file-name <name>", "name of the files with tests", "kyverno-test.yaml")
    .option("-t, --test-case-selector <selector>", "which results to check", "policy=*,rule=*,resource=*")
    .option("-o, --output-format <format>", "table, json, yaml, markdown or junit")
    .option("--fail-only", "show only what fails")
    .option("--remove-color", "no colours")
    .option("--detailed-results", "show messages")
    .option("--require-tests", "fail where there are no tests")
    .option("-w, --watch", "run tests again as soon as one of their files changes, until Ctrl-C")
    .addHelpText("after", help);
  const refused = unsupported.map((flags) => new Option(flags).hideHelp());
  for (const option of refused) command.addOption(option);
  command.action(async (paths: readonly string[], flags: TestFlags) => {
    const used = refused.find((option) => Object.hasOwn(flags, option.attributeName()));
    if (used !== undefined) throw new UsageError(`${used.long ?? used.flags} is not supported yet`);
    const { runTests } = await import("./run-tests.ts");
    io.setExitCode(await runTests(paths, flags, io));
  });
}
