import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { openFiles } from "#cli/documents/read-documents.ts";
import { findTests } from "#cli/tests/find-tests.ts";
import { runTest } from "#cli/tests/run-test.ts";
import { hasPassed } from "#cli/tests/test-outcome.ts";
import type { TestOutcome } from "#cli/tests/test-outcome.ts";

import { readKnownDifferences, unexplained } from "../matrix/known-differences.ts";
import type { Disagreement } from "../matrix/known-differences.ts";
import type { FileScore } from "../matrix/score.ts";
import { readGoldenTests, testCorpora } from "./golden-tests.ts";
import type { GoldenTest, TestRecord } from "./golden-tests.ts";
import { scoreTest } from "./score-test.ts";

/** What a run of the recorded tests needs to know. */
export interface TestsOptions {
  /** Folder with `kyverno/` and `policies/`. */
  readonly corpus: string;
  /** Folder with `tests/`. */
  readonly golden: string;
  /** Where our rows go, in the layout of the golden folder. */
  readonly out: string;
  /** Only tests whose path (`tests/kyverno/…`) contains it. */
  readonly filter: string;
}

/** What a recorded test gives with us. */
export interface TestRun {
  readonly golden: GoldenTest;
  readonly record: TestRecord;
}

/** A test that was run in full, and how it compares. */
export interface ScoredTest {
  readonly run: TestRun;
  readonly score: FileScore;
  readonly disagreement: Disagreement | undefined;
}

const files = openFiles(() => {
  throw new Error("tests do not read standard input");
});

/** Runs every recorded test as `rearguard test` does, writes our rows and compares them with the recorded ones. */
export async function runTests(
  options: TestsOptions,
): Promise<{ readonly scored: readonly ScoredTest[]; readonly notYet: readonly TestRun[] }> {
  const known = await readKnownDifferences();
  const scored: ScoredTest[] = [];
  const notYet: TestRun[] = [];
  for (const golden of await readGoldenTests(options.golden, options.filter)) {
    const run = { golden, record: await runFolder(join(options.corpus, golden.corpus, golden.path)) };
    if ((run.record.features ?? []).length > 0) {
      notYet.push(run);
      continue;
    }
    const score = scoreTest(golden.record, run.record);
    const file = `tests/${golden.corpus}/${golden.path}`;
    scored.push({ run, score, disagreement: unexplained(file, score, known) });
  }
  await writeRecords(options.out, [...scored.map(({ run }) => run), ...notYet]);
  return { scored, notYet };
}

async function runFolder(folder: string): Promise<TestRecord> {
  const outcomes: TestOutcome[] = [];
  const errors: string[] = [];
  for await (const found of findTests([join(folder, "kyverno-test.yaml")], "", files)) {
    if (found.kind === "problem") {
      errors.push(found.message);
      continue;
    }
    const place = { path: found.path, files, nowMs: Date.now() };
    const outcome = await runTest(found.test, found.test.results ?? [], place);
    outcomes.push(outcome);
    if (outcome.error !== undefined) errors.push(outcome.error);
  }
  const features = [...new Set(outcomes.flatMap((outcome) => outcome.features))].toSorted();
  const failed = errors.length > 0 || !outcomes.every(hasPassed);
  return {
    exit: failed ? 1 : 0,
    rows: outcomes.flatMap(({ rows }) => rows),
    ...(features.length === 0 ? {} : { features }),
    ...(errors.length === 0 ? {} : { errors }),
  };
}

async function writeRecords(out: string, runs: readonly TestRun[]): Promise<void> {
  const folder = join(out, "tests");
  await mkdir(folder, { recursive: true });
  for (const corpus of testCorpora) {
    const own = runs
      .filter(({ golden }) => golden.corpus === corpus)
      .toSorted((a, b) => (a.golden.path < b.golden.path ? -1 : 1));
    const tests = Object.fromEntries(own.map(({ golden, record }) => [golden.path, record]));
    const document = { format: 1, corpus, leftOut: {}, tests };
    await writeFile(join(folder, `${corpus}.json`), `${JSON.stringify(document, undefined, 1)}\n`);
  }
}
