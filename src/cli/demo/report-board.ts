import { isRecord } from "#api/schema/path.ts";

export const boardColumns = ["pass", "fail", "warn", "error", "skip"] as const;
export type BoardColumn = (typeof boardColumns)[number];

/** How many results there are of each kind. */
export type Counts = Readonly<Record<BoardColumn, number>>;

/** The results of one report as the demo shows them. */
interface ShownReport {
  readonly namespace: string;
  /** `shop Deployment/cart`. */
  readonly resource: string;
  /** Verdict by `policy/rule`. */
  readonly verdicts: ReadonlyMap<string, { readonly policy: string; readonly result: BoardColumn }>;
}

/** Counts of one group of results. */
export interface BoardRow {
  readonly name: string;
  readonly counts: Counts;
}

/** What the reports of a cluster say at the moment. */
export interface ReportBoard {
  /** Takes a report in; gives a line about each verdict that is another than before. */
  put(report: unknown): readonly string[];
  remove(report: unknown): readonly string[];
  /** Reports that are not among `uids` are gone. */
  keepOnly(uids: ReadonlySet<string>): readonly string[];
  byPolicy(): readonly BoardRow[];
  byNamespace(): readonly BoardRow[];
  totals(): Counts;
  reports(): number;
}

/** How the results of cluster-scoped objects are headed. */
const clusterScope = "(cluster)";

/** An empty board. Reports are told apart by their uid; what is no report is left out. */
export function createReportBoard(): ReportBoard {
  const reports = new Map<string, ShownReport>();
  const swap = (uid: string, after: ShownReport | undefined): readonly string[] => {
    const before = reports.get(uid);
    if (after === undefined) reports.delete(uid);
    else reports.set(uid, after);
    return describeChanges(before, after);
  };
  const tally = (keyOf: (report: ShownReport, policy: string) => string): readonly BoardRow[] => {
    const rows = new Map<string, Record<BoardColumn, number>>();
    for (const report of reports.values()) {
      for (const { policy, result } of report.verdicts.values()) {
        const key = keyOf(report, policy);
        const counts = rows.get(key) ?? noResults();
        counts[result] += 1;
        rows.set(key, counts);
      }
    }
    return [...rows]
      .map(([name, counts]) => ({ name, counts }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  };
  return {
    put(report) {
      const shown = readReport(report);
      return shown === undefined ? [] : swap(uidOf(report), shown);
    },
    remove: (report) => swap(uidOf(report), undefined),
    keepOnly: (uids) =>
      [...reports.keys()].filter((uid) => !uids.has(uid)).flatMap((uid) => swap(uid, undefined)),
    byPolicy: () => tally((_, policy) => policy),
    byNamespace: () => tally(({ namespace }) => namespace),
    totals: () => tally(() => "")[0]?.counts ?? noResults(),
    reports: () => reports.size,
  };
}

function noResults(): Record<BoardColumn, number> {
  return { pass: 0, fail: 0, warn: 0, error: 0, skip: 0 };
}

function recordAt(value: unknown, key: string): Readonly<Record<string, unknown>> {
  const found = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return isRecord(found) ? found : {};
}

function textOf(fields: Readonly<Record<string, unknown>>, key: string): string {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  return typeof value === "string" ? value : "";
}

function uidOf(report: unknown): string {
  return textOf(recordAt(report, "metadata"), "uid");
}

function readReport(report: unknown): ShownReport | undefined {
  if (!isRecord(report) || uidOf(report) === "") return undefined;
  const namespace = textOf(recordAt(report, "metadata"), "namespace");
  const scope = recordAt(report, "scope");
  const named = `${textOf(scope, "kind")}/${textOf(scope, "name")}`;
  const verdicts = new Map<string, { readonly policy: string; readonly result: BoardColumn }>();
  const results: unknown = report["results"];
  for (const entry of Array.isArray(results) ? (results as readonly unknown[]) : []) {
    if (!isRecord(entry)) continue;
    const result = boardColumns.find((column) => column === textOf(entry, "result"));
    const policy = textOf(entry, "policy");
    if (result !== undefined) verdicts.set(`${policy}/${textOf(entry, "rule")}`, { policy, result });
  }
  return {
    namespace: namespace === "" ? clusterScope : namespace,
    resource: namespace === "" ? named : `${namespace} ${named}`,
    verdicts,
  };
}

function describeChanges(before: ShownReport | undefined, after: ShownReport | undefined): readonly string[] {
  const resource = after?.resource ?? before?.resource ?? "";
  const rules = new Set([...(before?.verdicts.keys() ?? []), ...(after?.verdicts.keys() ?? [])]);
  return [...rules].flatMap((rule) => {
    const was = before?.verdicts.get(rule)?.result;
    const is = after?.verdicts.get(rule)?.result;
    return was === is ? [] : [`${resource} ${rule}: ${was ?? "none"} -> ${is ?? "none"}`];
  });
}
