import type { Command } from "commander";

import type { CliIo } from "../cli-io.ts";

/** Flags of `jp query`. */
export interface QueryFlags {
  readonly input?: string;
  readonly compact?: boolean;
  readonly unquoted?: boolean;
  /** Files with expressions. */
  readonly query?: readonly string[];
}

/** Flags of `jp parse`. */
export interface ParseFlags {
  /** Files with expressions. */
  readonly file?: readonly string[];
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
    .description("Evaluates expressions on a document.")
    .argument("[EXPRESSION...]", "expressions")
    .option("-i, --input <file>", "YAML or JSON file; standard input where it is left out", "-")
    .option("-q, --query <file>", "file with an expression; may be repeated", collect)
    .option("-c, --compact", "print JSON on one line")
    .option("-u, --unquoted", "print a text without quotes")
    .action(async (expressions: readonly string[], flags: QueryFlags) => {
      const { runQuery } = await import("./run-jp.ts");
      await runQuery(expressions, flags, io);
    });
  jp.command("parse")
    .description("Shows how expressions are read.")
    .argument("[EXPRESSION...]", "expressions")
    .option("-f, --file <file>", "file with an expression; may be repeated", collect)
    .action(async (expressions: readonly string[], flags: ParseFlags) => {
      const { runParse } = await import("./run-jp.ts");
      await runParse(expressions, flags, io);
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

/** Flags that may be repeated also take lists with commas. */
function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(",").filter((part) => part !== "")];
}
