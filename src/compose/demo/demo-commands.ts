import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import type { CliIo } from "#cli/cli-io.ts";
import type { DemoFlags } from "./run-demo.ts";
import type { DevserverFlags } from "./run-devserver.ts";

const maxPort = 65_535;

/** Adds `demo` and `devserver`, the commands that bring their own API server. */
export function addDemoCommands(program: Command, io: CliIo): void {
  program
    .command("demo")
    .summary("an API server, a sample cluster and the operator in one process")
    .description(
      "Starts an API server on this machine, fills it with a small cluster and policies, runs the operator on it and shows " +
        "the results as they change. Nothing else is touched, and nothing is left when it ends.",
    )
    .option("--once", "end after the first scan with a summary")
    .option("--port <n>", "of the API server; a free one by default", portOf)
    .option("--policies <folder>", "other policies than those of the sample")
    .option("--resources <folder>", "other resources than those of the sample")
    .option("--kubeconfig <file>", "where to write the kubeconfig; a temporary folder by default")
    .action(async (flags: DemoFlags) => {
      const { runDemo } = await import("./run-demo.ts");
      io.setExitCode(await runDemo(flags));
    });
  program
    .command("devserver")
    .summary("the API server of the demo, alone and empty")
    .description("Starts an API server on this machine, in memory, and prints the kubeconfig for it.")
    .option("--port <n>", "a free one by default", portOf)
    .option("--snapshot <file>", "read at start where it exists, written at the end")
    .option("--kubeconfig <file>", "where to write the kubeconfig; a temporary folder by default")
    .action(async (flags: DevserverFlags) => {
      const { runDevserver } = await import("./run-devserver.ts");
      await runDevserver(flags);
    });
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= maxPort) return port;
  throw new InvalidArgumentError(`A port is a number from 0 to ${maxPort}.`);
}
