import type { DocumentFiles } from "../documents/read-documents.ts";
import { readTestFile } from "./find-tests.ts";
import type { FoundTest } from "./find-tests.ts";
import { runTest } from "./run-test.ts";
import type { TestFile } from "./test-file.ts";
import type { TestOutcome } from "./test-outcome.ts";
import type { TestSelector } from "./test-selector.ts";

/** What the tests of one file gave. */
export interface TestFileOutcome {
  /** Tests that stand in the file, also those of which the selector leaves nothing. */
  readonly found: number;
  readonly outcomes: readonly TestOutcome[];
}

/** How tests are run. */
export interface TestRunOptions {
  readonly selector: TestSelector;
  readonly files: DocumentFiles;
  readonly nowMs: number;
  /** Is told of each test before it is run. */
  readonly onTest?: (test: TestFile, path: string) => void;
}

/** Runs the tests of one file. */
export async function runTestFile(path: string, options: TestRunOptions): Promise<TestFileOutcome> {
  const outcomes: TestOutcome[] = [];
  let found = 0;
  for await (const test of readTestFile(path, options.files)) {
    found += 1;
    const outcome = await runFound(test, options);
    if (outcome !== undefined) outcomes.push(outcome);
  }
  return { found, outcomes };
}

/** Undefined where the selector leaves nothing of the test. */
async function runFound(
  found: FoundTest,
  { selector, files, nowMs, onTest }: TestRunOptions,
): Promise<TestOutcome | undefined> {
  if (found.kind === "problem") {
    const counts = { policies: 0, resources: 0, exceptions: 0 };
    const { path, message } = found;
    return { path, name: "", rows: [], error: message, features: [], warnings: [], counts };
  }
  const results = (found.test.results ?? []).flatMap((result) => selector.select(result) ?? []);
  if (results.length === 0) return undefined;
  onTest?.(found.test, found.path);
  return await runTest(found.test, results, { path: found.path, files, nowMs });
}
