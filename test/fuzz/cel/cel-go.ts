import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { runGo } from "../../cluster/go-command.ts";
import type { FuzzAnswer } from "./our-answer.ts";

const source = join(import.meta.dirname, "../cel-go");
const cache = join(import.meta.dirname, "../../../.cache/fuzz");

/** Builds the second engine and answers with the path of its program; Go keeps what is built. */
export async function buildCelGo(): Promise<string> {
  await mkdir(cache, { recursive: true });
  const program = join(cache, "cel-go");
  await runGo({ args: ["build", "-o", program, "."], folder: source });
  return program;
}

/** The second engine's answers to questions, each a line of JSON, in their order. */
export async function askCelGo(
  program: string,
  questions: readonly string[],
): Promise<readonly FuzzAnswer[]> {
  const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
  const answers: FuzzAnswer[] = [];
  const lines = createInterface({ input: child.stdout });
  const read = (async () => {
    for await (const line of lines) answers.push(JSON.parse(line) as FuzzAnswer);
  })();
  child.stdin.on("error", () => undefined);
  child.stdin.end(questions.map((question) => `${question}\n`).join(""));
  await read;
  if (answers.length !== questions.length) {
    throw new Error(`cel-go answered ${answers.length} of ${questions.length} questions`);
  }
  return answers;
}
