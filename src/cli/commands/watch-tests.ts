import type { CliIo } from "../cli-io.ts";
import { renderTest } from "../output/test-table.ts";
import type { TestTableOptions } from "../output/test-table.ts";
import type { FileChanges } from "../tests/file-changes.ts";
import { hasPassed, summarizeTests } from "../tests/test-outcome.ts";
import type { TestOutcome } from "../tests/test-outcome.ts";
import type { TestRounds } from "../tests/test-rounds.ts";

/** What an edit loop needs. */
export interface WatchPorts {
  readonly rounds: TestRounds;
  readonly changes: FileChanges;
  /** Ends the loop; a terminal ends the process. */
  readonly signal?: AbortSignal;
}

/** Runs tests, then again what changed, until it is ended. */
export async function watchTests(
  paths: readonly string[],
  { rounds, changes, signal }: WatchPorts,
  table: TestTableOptions & { readonly failOnly: boolean },
  { stdout, stderr }: CliIo,
): Promise<void> {
  let first = true;
  for (;;) {
    const { run, all, paths: read } = await rounds.next();
    if (first || run.length > 0) {
      if (!first) stdout.write(`${plural(run.length, "test")} of ${all.length} run again\n\n`);
      for (const outcome of run.filter((one) => !table.failOnly || !hasPassed(one))) {
        for (const warning of outcome.warnings) stderr.write(`${outcome.path}: warning: ${warning}\n`);
        stdout.write(renderTest(outcome, table));
      }
      stdout.write(stateOf(all));
      first = false;
    }
    if (signal?.aborted === true) return;
    await changes.next(paths, read, () => rounds.isStale());
  }
}

function stateOf(all: readonly TestOutcome[]): string {
  const { pass, fail, skip } = summarizeTests(all);
  const failing = all.filter((outcome) => !hasPassed(outcome)).map(({ path }) => `  ${path}\n`);
  return [
    `Test Summary: ${pass + skip} tests passed and ${fail} tests failed\n`,
    ...(failing.length === 0 ? [] : ["Failing:\n", ...new Set(failing)]),
    "Waiting for changes; Ctrl-C ends.\n",
  ].join("");
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
