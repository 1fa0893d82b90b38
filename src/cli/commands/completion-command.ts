import { Argument } from "commander";
import type { Command } from "commander";

import type { CliIo } from "../cli-io.ts";

/** Adds `completion` to the program; its scripts know all commands that the program has when it runs. */
export function addCompletionCommand(program: Command, io: CliIo): void {
  program
    .command("completion")
    .summary("completion for a shell")
    .description('Prints a script for a shell: source <(rearguard completion bash), or "… fish | source".')
    .addArgument(new Argument("<shell>", "bash, zsh or fish").choices(["bash", "zsh", "fish"]))
    .action(async (shell: "bash" | "zsh" | "fish") => {
      const { renderCompletion } = await import("../output/completion.ts");
      io.stdout.write(renderCompletion(program, shell));
    });
}
