import { isDeepStrictEqual } from "node:util";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { ExpectedReport } from "./expected-reports.ts";

/** One thing about the stored reports that is not as it should be, for people. */
export type Difference = string;

/** Written out here, so that a mistake in the operator's own comparison cannot hide. */
export const sortedResults = (results: readonly PolicyReportResult[]): readonly string[] =>
  results
    .map((result) => {
      const { timestamp: _, ...rest } = result;
      return JSON.stringify(
        Object.fromEntries(Object.entries(rest).toSorted(([a], [b]) => Number(a > b) - Number(a < b))),
        (_key, value: unknown) =>
          typeof value === "object" && value !== null && !Array.isArray(value)
            ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => Number(a > b) - Number(a < b)))
            : value,
      );
    })
    .sort();

const resultsOf = (report: KubeObject): readonly PolicyReportResult[] =>
  (report["results"] ?? []) as readonly PolicyReportResult[];

const count = (results: readonly PolicyReportResult[]): Readonly<Record<string, number>> => {
  const counts = { pass: 0, fail: 0, warn: 0, error: 0, skip: 0 };
  for (const { result } of results) if (result !== undefined) counts[result] += 1;
  return counts;
};

const differencesOf = ({ owner, results }: ExpectedReport, report: KubeObject): Difference[] => {
  const where = `${owner.kind} ${owner.namespace ?? ""}/${owner.name} (${owner.uid})`;
  const differences: Difference[] = [];
  const expect = (what: string, wanted: unknown, found: unknown): void => {
    if (!isDeepStrictEqual(wanted, found)) {
      differences.push(`${where}: ${what} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
    }
  };
  const { apiVersion, kind, name, uid, namespace } = owner;
  const wanted = sortedResults(results);
  const found = sortedResults(resultsOf(report));
  for (const line of wanted.filter((one) => !found.includes(one)))
    differences.push(`${where}: lacks ${line}`);
  for (const line of found.filter((one) => !wanted.includes(one))) differences.push(`${where}: has ${line}`);
  if (differences.length === 0) expect("the number of results", wanted.length, found.length);
  expect("the summary", count(results), report["summary"]);
  expect(
    "the scope",
    { apiVersion, kind, name, uid, ...(namespace === undefined ? {} : { namespace }) },
    {
      ...(report["scope"] as object),
    },
  );
  expect("the owner", [{ apiVersion, kind, name, uid }], report.metadata["ownerReferences"]);
  expect("the label", { "app.kubernetes.io/managed-by": "kyverno" }, report.metadata["labels"]);
  expect("the namespace", namespace, report.metadata["namespace"]);
  return differences;
};

/** True for reports of the operator; what others keep is none of our business. */
const isManaged = ({ metadata }: KubeObject): boolean =>
  (metadata["labels"] as Readonly<Record<string, string>> | undefined)?.["app.kubernetes.io/managed-by"] ===
  "kyverno";

const namespaceOf = ({ metadata }: KubeObject): string =>
  typeof metadata["namespace"] === "string" ? metadata["namespace"] : "";

/** How the stored reports differ from the expected ones: missing, stray, doubled, or saying something else. */
export const compareReports = (
  expected: ReadonlyMap<string, ExpectedReport>,
  stored: readonly KubeObject[],
): readonly Difference[] => {
  const byName = Map.groupBy(stored.filter(isManaged), ({ metadata }) => metadata.name);
  const differences: Difference[] = [];
  for (const [uid, report] of expected) {
    const [found, ...more] = byName.get(uid) ?? [];
    if (found === undefined) {
      const { kind, namespace, name } = report.owner;
      differences.push(`${kind} ${namespace ?? ""}/${name} (${uid}): has no report`);
      continue;
    }
    if (more.length > 0) differences.push(`${uid}: has ${more.length + 1} reports`);
    differences.push(...differencesOf(report, found));
  }
  for (const [name, reports] of byName) {
    if (expected.has(name)) continue;
    for (const report of reports) {
      const { kind, name: owner } = (report["scope"] ?? {}) as { kind?: string; name?: string };
      differences.push(`stray report ${name} of ${kind} ${namespaceOf(report)}/${owner}`);
    }
  }
  return differences;
};
