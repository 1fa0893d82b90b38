import { buildProgram, runProgram } from "#cli/program.ts";
import type { CliIo, CliOutput } from "#cli/cli-io.ts";

import { addDemoCommands } from "./demo/demo-commands.ts";
import { keepHeapSmall } from "./keep-heap-small.ts";
import { version } from "./version.ts";

/** Runs every command but `controller`. Resolves to the exit code. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const [, , command] = argv;
  if (command === "scan" || command === "apply") keepHeapSmall();
  const io = processIo((code) => (exitCode = code));
  const program = buildProgram(io).version(version);
  program.command("controller").summary("run the operator (see controller --help)");
  addDemoCommands(program, io);
  await runProgram(program, argv.slice(2), io);
  return exitCode;
}

function processIo(setExitCode: (code: number) => void): CliIo {
  const { stdin, stdout, stderr, env } = process;
  return {
    stdout: outputOf(stdout),
    stderr: outputOf(stderr),
    stdin: {
      isTerminal: stdin.isTTY,
      read: () => stdin.setEncoding("utf8") as AsyncIterable<string>,
    },
    allowsColor: (env["NO_COLOR"] ?? "") === "",
    env,
    nowMs: () => Date.now(),
    setExitCode,
  };
}

function outputOf(stream: NodeJS.WriteStream): CliOutput {
  // Whoever reads may stop early, such as head.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  const { columns } = stream as { columns?: number };
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY,
    ...(columns === undefined ? {} : { columns }),
  };
}
