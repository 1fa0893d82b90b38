import type { Command } from "commander";

import type { CliIo } from "../cli-io.ts";

/** Flags of `jp query`. */
export interface QueryFlags {
  readonly input?: string;
  readonly compact?: boolean;
  readonly unquoted?: boolean;
}

const help = `
Exit codes:
  0  there is an answer
  1  the expression or the document cannot be read or evaluated, or there is no such function`;

/** Adds `jp` with `query`, `parse` and `function` to the program. */
export function addJpCommand(program: Command, io: CliIo): void {
  const jp = program
    .command("jp")
    .summary("JMESPath of policies")
    .description("JMESPath as policies have it.")
    .addHelpText("afterAll", help);
  jp.command("query")
    .description("Evaluates an expression on a document.")
    .argument("<expression>", "the expression")
    .option("-i, --input <file>", "YAML or JSON file; standard input where it is left out", "-")
    .option("-c, --compact", "print JSON on one line")
    .option("-u, --unquoted", "print a text without quotes")
    .action(async (expression: string, flags: QueryFlags) => {
      const { runQuery } = await import("./run-jp.ts");
      await runQuery(expression, flags, io);
    });
  jp.command("parse")
    .description("Shows how an expression is read.")
    .argument("<expression>", "the expression")
    .action(async (expression: string) => {
      const { runParse } = await import("./run-jp.ts");
      runParse(expression, io);
    });
  jp.command("function")
    .description(
      "Shows functions with their parameters and examples; all of them by name where none is given.",
    )
    .argument("[NAME...]", "functions")
    .action(async (names: readonly string[]) => {
      const { runFunction } = await import("./run-jp.ts");
      runFunction(names, io);
    });
}
