import { readFile } from "node:fs/promises";

/** One result as the golden holds it: everything but the time. */
export interface Row {
  readonly policy: string;
  readonly rule: string;
  readonly source: string;
  readonly result: string;
  readonly message: string;
  readonly severity?: string;
  readonly category?: string;
  readonly scored?: boolean;
  readonly properties?: Readonly<Record<string, string>>;
}

/** Results by resource key: `apiVersion/Kind/namespace/name`. */
export type Rows = ReadonlyMap<string, readonly Row[]>;

interface GoldenFile {
  readonly messages: readonly string[];
  readonly rows: readonly Omit<Row, "result" | "message">[];
  readonly reports: Readonly<
    Record<string, { readonly results: readonly (readonly [number, string, number])[] }>
  >;
}

/** Reads `reports.json` of a live golden. */
export async function readGoldenReports(path: string): Promise<Rows> {
  const golden = JSON.parse(await readFile(path, "utf8")) as GoldenFile;
  const rows = new Map<string, readonly Row[]>();
  for (const [key, { results }] of Object.entries(golden.reports)) {
    rows.set(
      key,
      results.map(([row, result, message]) => ({
        ...withRule(golden.rows[row] as Omit<Row, "result" | "message">),
        result,
        message: golden.messages[message] ?? "",
      })),
    );
  }
  return rows;
}

/** Kinds that are not made of rules have none in their results. */
function withRule<T extends { readonly rule?: string }>(row: T): T & { readonly rule: string } {
  return { ...row, rule: row.rule ?? "" };
}

interface Report {
  readonly scope?: { apiVersion?: string; kind?: string; namespace?: string; name?: string };
  readonly results?: readonly (Omit<Row, "rule" | "message"> & {
    readonly rule?: string;
    readonly message?: string;
  })[];
}

/** The reports that the API server holds, in the same form. */
export function rowsOfReports(reports: readonly Report[]): Rows {
  return new Map(
    reports.map(({ scope = {}, results = [] }) => [
      [scope.apiVersion, scope.kind, scope.namespace ?? "", scope.name].join("/"),
      // Empty texts are left out of reports.
      results.map((row) => ({ ...row, rule: row.rule ?? "", message: row.message ?? "" })),
    ]),
  );
}
