import { findTestFiles } from "./find-tests.ts";
import { hasChanged, recordFiles } from "./file-stamps.ts";
import type { FileStamps } from "./file-stamps.ts";
import { runTestFile } from "./run-test-file.ts";
import type { TestRunOptions } from "./run-test-file.ts";
import type { TestOutcome } from "./test-outcome.ts";

/** What one round over the tests gave. */
export interface TestRound {
  /** Tests of files that are new or that read something which has changed. */
  readonly run: readonly TestOutcome[];
  /** All tests, each as it was run last. */
  readonly all: readonly TestOutcome[];
  /** Files and folders that tests read. */
  readonly paths: ReadonlySet<string>;
}

/** Which tests there are. */
export interface TestSelection extends Omit<TestRunOptions, "nowMs" | "onTest"> {
  readonly paths: readonly string[];
  readonly fileName: string;
  readonly nowMs: () => number;
}

interface KnownFile {
  readonly stamps: FileStamps;
  readonly outcomes: readonly TestOutcome[];
}

/** Rounds over the same tests. */
export interface TestRounds {
  next(): Promise<TestRound>;
  /** True where the next round has something to run. */
  isStale(): boolean;
}

/** Runs tests over and over: the first round runs all, later ones what has changed since. */
export function createTestRounds(selection: TestSelection): TestRounds {
  const known = new Map<string, KnownFile>();
  return {
    isStale: () => [...known.values()].some(({ stamps }) => hasChanged(stamps)),
    async next() {
      const run: TestOutcome[] = [];
      const found = new Set<string>();
      for await (const path of findTestFiles(selection.paths, selection.fileName)) {
        found.add(path);
        const before = known.get(path);
        if (before !== undefined && !hasChanged(before.stamps)) continue;
        const recorded = recordFiles(selection.files);
        const { files, stamps } = recorded;
        const options: TestRunOptions = {
          ...selection,
          files,
          nowMs: selection.nowMs(),
          onTest: (test, place) => recorded.addFolders(test, place),
        };
        const { outcomes } = await runTestFile(path, options);
        known.set(path, { stamps, outcomes });
        run.push(...outcomes);
      }
      for (const path of known.keys()) if (!found.has(path)) known.delete(path);
      const files = [...known].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
      return {
        run,
        all: files.flatMap(({ outcomes }) => outcomes),
        paths: new Set(files.flatMap(({ stamps }) => [...stamps.keys()])),
      };
    },
  };
}
