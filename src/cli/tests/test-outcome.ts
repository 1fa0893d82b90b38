/** One line of what a test found. */
export interface TestRow {
  /** As the test writes it. */
  readonly policy: string;
  readonly rule: string;
  /** `apiVersion/Kind/namespace/name`; for a generated object `/name`. */
  readonly resource: string;
  readonly result: "Pass" | "Fail" | "Skip";
  /** `Ok`, `Excluded`, `Not found`, `Want X, got Y`, … */
  readonly reason: string;
  readonly message: string;
}

/** What one test found. */
export interface TestOutcome {
  /** The file. */
  readonly path: string;
  readonly name: string;
  readonly rows: readonly TestRow[];
  /** Why the test could not be run, or only in part; it has failed then, whatever the rows say. */
  readonly error?: string;
  /** Stable names of what the test needs and this version lacks. */
  readonly features: readonly string[];
  /** Things to look at that decide nothing. */
  readonly warnings: readonly string[];
  /** What was judged, for people. */
  readonly counts: { readonly policies: number; readonly resources: number; readonly exceptions: number };
}

/** Rows by verdict; a row of a rule that does not apply (`Excluded`) is a skip. */
export interface TestSummary {
  readonly pass: number;
  readonly fail: number;
  readonly skip: number;
}

/** Counts the rows of tests; a test that could not be run is a failure more. */
export function summarizeTests(outcomes: readonly TestOutcome[]): TestSummary {
  const rows = outcomes.flatMap((outcome) => outcome.rows);
  const skip = rows.filter(({ result, reason }) => result === "Skip" || reason === "Excluded").length;
  const fail = rows.filter(({ result }) => result === "Fail").length;
  const errors = outcomes.filter(({ error }) => error !== undefined).length;
  return { pass: rows.length - skip - fail, fail: fail + errors, skip };
}

/** True where nothing in the test fails. */
export function hasPassed({ rows, error }: TestOutcome): boolean {
  return error === undefined && rows.every(({ result }) => result !== "Fail");
}
