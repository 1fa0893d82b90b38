import { compareRows } from "../matrix/score.ts";
import type { FileScore, Row } from "../matrix/score.ts";
import type { TestRecord } from "./golden-tests.ts";

/** Compares rows as multisets of policy, rule, resource, result and reason; and the exit code. */
export function scoreTest(wanted: TestRecord, got: TestRecord): FileScore {
  return {
    ...compareRows(comparableRows(wanted), comparableRows(got)),
    objectsAgreed: 0,
    objects: 0,
    sameStatus: wanted.exit === got.exit,
  };
}

/** Rows without `Excluded` ones beside real ones for the same policy, rule and resource: those are noise. */
function comparableRows({ rows }: TestRecord): readonly Row[] {
  const place = ({ policy, rule, resource }: TestRecord["rows"][number]): string =>
    [policy, rule, resource].join(" | ");
  const real = new Set(rows.filter(({ reason }) => reason !== "Excluded").map(place));
  return rows
    .filter((row) => row.reason !== "Excluded" || !real.has(place(row)))
    .map((row) => ({ key: [place(row), row.result, row.reason].join(" | "), message: row.message }));
}
