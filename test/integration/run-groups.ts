import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { guardGroup, releaseGroup } from "#test/support/control-plane/process-guard.ts";
import { groupFiles } from "./groups.ts";

interface RunOptions {
  /** For Node, before the files. */
  readonly flags: readonly string[];
  readonly concurrency: number;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Ends all groups early. */
  readonly signal?: AbortSignal;
}

interface Counts {
  readonly pass: number;
  readonly fail: number;
  readonly skipped: number;
}

/** No group takes so long; one that hangs is ended, so that its output is seen. */
const limitMs = 15 * 60_000;

/**
 * Runs each group of files in a process of its own, the long ones first, prints what each has to say when it has ended, and
 * a summary. Resolves to the exit code: 0 where every group passed.
 */
export async function runGroups(files: readonly string[], options: RunOptions): Promise<number> {
  const startMs = performance.now();
  const waiting = [...groupFiles(files)];
  const sum = { pass: 0, fail: 0, skipped: 0 };
  const failed: string[] = [];
  const work = async (): Promise<void> => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
      if (options.signal?.aborted === true) return;
      const { code, output, ms } = await runGroup(group.files, options);
      const name = `${group.name} (${(ms / 1000).toFixed(1)} s)`;
      process.stdout.write(`\n=== ${name}\n${output}`);
      const counts = countsOf(output);
      sum.pass += counts.pass;
      sum.fail += counts.fail;
      sum.skipped += counts.skipped;
      if (code !== 0) failed.push(name);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, work));
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  process.stdout.write(
    `\nintegration: ${sum.pass} passed, ${sum.fail} failed, ${sum.skipped} skipped in ${seconds} s\n`,
  );
  if (failed.length > 0) process.stdout.write(`failed: ${failed.join(", ")}\n`);
  return failed.length === 0 && options.signal?.aborted !== true ? 0 : 1;
}

async function runGroup(
  files: readonly string[],
  { flags, cwd, env, signal }: RunOptions,
): Promise<{ readonly code: number | null; readonly output: string; readonly ms: number }> {
  const startMs = performance.now();
  const child = spawn(
    process.execPath,
    [
      "--import=./test/support/compile-cache.ts",
      "--test",
      "--test-isolation=none",
      "--test-reporter=spec",
      ...flags,
      ...files,
    ],
    // A process group of its own: however this process ends, the guard ends what the tests have started.
    { cwd, stdio: ["ignore", "pipe", "pipe"], env, timeout: limitMs, detached: true },
  );
  const { pid } = child;
  if (pid !== undefined) guardGroup(pid);
  const end = (): void => void child.kill("SIGTERM");
  signal?.addEventListener("abort", end, { once: true });
  const [output, [code]] = await Promise.all([
    outputOf(child),
    once(child, "close") as Promise<[number | null]>,
  ]);
  signal?.removeEventListener("abort", end);
  if (pid !== undefined) releaseGroup(pid);
  return { code, output, ms: performance.now() - startMs };
}

async function outputOf({ stdout, stderr }: ChildProcess): Promise<string> {
  let text = "";
  const read = async (stream: Readable | null): Promise<void> => {
    if (stream === null) return;
    stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    await once(stream, "end");
  };
  await Promise.all([read(stdout), read(stderr)]);
  return text;
}

/** As the reporter sums up; what did not get so far has failed. */
function countsOf(output: string): Counts {
  const count = (name: string): number => {
    const found = [...output.matchAll(new RegExp(`^ℹ ${name} (\\d+)$`, "gm"))].at(-1);
    return Number(found?.[1] ?? 0);
  };
  return { pass: count("pass"), fail: count("fail") + count("cancelled"), skipped: count("skipped") };
}
