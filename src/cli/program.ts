import { Command, CommanderError } from "commander";

import type { CliIo } from "./cli-io.ts";
import { addCompletionCommand } from "./commands/completion-command.ts";
import { addCreateCommand } from "./commands/create-command.ts";
import { addExplainCommand } from "./commands/explain-command.ts";
import { addJpCommand } from "./commands/jp-command.ts";
import { addLintCommand } from "./commands/lint-command.ts";
import { addPreviewCommand } from "./commands/preview-command.ts";
import { addRestoreCommand } from "./commands/restore-command.ts";
import { addScanCommand } from "./commands/scan-command.ts";
import { addTestCommand } from "./commands/test-command.ts";
import { UsageError } from "./usage-error.ts";

const help = `
Exit codes, where the help of a command says nothing else:
  0  all is well
  1  a violation or a failed test, something that cannot be read, or a wrong argument`;

/**
 * The command line with all commands that need no operator; the composition root adds the others. What commands do is
 * loaded only when one of them runs, so that help comes at once.
 */
export function buildProgram(io: CliIo): Command {
  const program = new Command("rearguard")
    .description("Judges resources against Kyverno policies, from files or in a cluster")
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
      getOutHasColors: () => io.stdout.isTerminal && io.allowsColor,
      getErrHasColors: () => io.stderr.isTerminal && io.allowsColor,
    })
    .exitOverride()
    .showHelpAfterError("(add --help for the options)")
    .addHelpText("after", help);
  addScanCommand(program, io);
  addTestCommand(program, io);
  addExplainCommand(program, io);
  addPreviewCommand(program, io);
  addRestoreCommand(program, io);
  addLintCommand(program, io);
  addJpCommand(program, io);
  addCreateCommand(program, io);
  addCompletionCommand(program, io);
  return program;
}

/** Runs a program with the arguments after its name. Mistakes of the caller end in a message and an exit code. */
export async function runProgram(program: Command, args: readonly string[], io: CliIo): Promise<void> {
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof UsageError) io.stderr.write(`rearguard: ${error.message}\n`);
    else if (!(error instanceof CommanderError)) throw error;
    io.setExitCode(error instanceof CommanderError ? error.exitCode : 1);
  }
}
