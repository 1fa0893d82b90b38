import type { PolicyReportResult } from "#api/reports/policy-report.ts";

/** Orders text by UTF-16 units: the same everywhere, unlike a locale's order. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Everything a result says except when: equal texts mean that a write would change nothing but times. */
export function canonicalResult(result: PolicyReportResult): string {
  return JSON.stringify([
    result.source ?? "",
    result.policy,
    result.rule ?? "",
    result.result ?? "",
    result.scored ?? false,
    result.severity ?? "",
    result.category ?? "",
    result.message ?? "",
    Object.entries(result.properties ?? {}).toSorted(([a], [b]) => compareText(a, b)),
    (result.resources ?? []).map(({ apiVersion, kind, namespace, name, uid }) => [
      apiVersion ?? "",
      kind ?? "",
      namespace ?? "",
      name ?? "",
      uid ?? "",
    ]),
    result.resourceSelector ?? null,
  ]);
}

/** The same text for the same set of results, whatever their order and times. Results told twice stay two. */
export function canonicalResults(results: readonly PolicyReportResult[]): string {
  const [only] = results;
  if (only !== undefined && results.length === 1) return canonicalResult(only);
  // A line break cannot stand inside a line: JSON escapes it.
  return results.map(canonicalResult).toSorted(compareText).join("\n");
}
