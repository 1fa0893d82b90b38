import { spawn } from "node:child_process";
import type { Kubectl } from "#test/support/control-plane/kubectl.ts";
import type { Command } from "./commands.ts";

/** One of the two servers, as kubectl reaches it. */
export interface Target {
  readonly kubectl: Kubectl;
  readonly program: string;
  readonly kubeconfigPath: string;
  readonly cacheFolder: string;
}

export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const watchDeadlineMs = 20_000;

/** The words of a command line; single quotes hold a word together. */
export function splitWords(line: string): readonly string[] {
  const words = line.match(/(?:[^\s']+|'[^']*')+/g) ?? [];
  return words.map((word) => word.replaceAll("'", ""));
}

/** Runs one command and answers with what it printed. */
export function runCommand(target: Target, command: Command): Promise<Printed> {
  const words = splitWords(command.line);
  return command.meanwhile === undefined
    ? target.kubectl(words, command.input)
    : watch(target, command, words);
}

/** Watches while other commands run, until enough lines came. */
async function watch(target: Target, command: Command, words: readonly string[]): Promise<Printed> {
  const flags = [`--kubeconfig=${target.kubeconfigPath}`, `--cache-dir=${target.cacheFolder}`];
  const child = spawn(target.program, [...flags, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  const started = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  const timer = setTimeout(() => child.kill("SIGKILL"), watchDeadlineMs);
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
    started.resolve();
    if (stdout.split("\n").length > (command.watchLines ?? 0)) child.kill("SIGKILL");
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  child.once("close", () => {
    started.resolve();
    finished.resolve();
  });
  await started.promise;
  for (const other of command.meanwhile ?? []) await runCommand(target, other);
  await finished.promise;
  clearTimeout(timer);
  return { code: 0, stdout, stderr };
}
