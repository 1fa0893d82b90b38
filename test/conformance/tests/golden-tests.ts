import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { TestRow } from "#cli/tests/test-outcome.ts";

/** The rows of one test folder, as recorded or as we have them. */
export interface TestRecord {
  readonly exit: number;
  readonly rows: readonly RecordedRow[];
  /** Rows that are not comparable as a whole. */
  readonly unstable?: boolean;
  readonly versionDifference?: boolean;
  /** Ours only: what is missing, where the test cannot be run in full yet. */
  readonly features?: readonly string[];
  /** Ours only. */
  readonly errors?: readonly string[];
}

export interface RecordedRow extends Omit<TestRow, "message"> {
  /** Null where a recorded message cannot be compared. */
  readonly message: string | null;
}

/** One recorded test. */
export interface GoldenTest {
  /** `kyverno` or `policies`. */
  readonly corpus: string;
  /** Folder below the corpus. */
  readonly path: string;
  readonly record: TestRecord;
}

export const testCorpora = ["kyverno", "policies"] as const;

/** The recorded tests of a golden folder that can be compared. */
export async function readGoldenTests(golden: string, filter: string): Promise<readonly GoldenTest[]> {
  const all = await Promise.all(
    testCorpora.map(async (corpus) => {
      const text = await readFile(join(golden, "tests", `${corpus}.json`), "utf8");
      const { tests } = JSON.parse(text) as { tests: Readonly<Record<string, TestRecord>> };
      return Object.entries(tests).map(([path, record]) => ({ corpus, path, record }));
    }),
  );
  return all
    .flat()
    .filter(({ record }) => record.unstable !== true && record.versionDifference !== true)
    .filter(({ corpus, path }) => `tests/${corpus}/${path}`.includes(filter));
}
