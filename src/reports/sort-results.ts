import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { canonicalResult, compareText } from "./canonical-results.ts";

/**
 * Results in the order of a stored report: policy, rule, source, number of resources, their uids. What is still equal is
 * ordered by content and not by time, so that a later verdict does not shuffle a report.
 */
export function sortResults(results: readonly PolicyReportResult[]): readonly PolicyReportResult[] {
  return results.toSorted(
    (a, b) =>
      compareText(a.policy, b.policy) ||
      compareText(a.rule ?? "", b.rule ?? "") ||
      compareText(a.source ?? "", b.source ?? "") ||
      (a.resources?.length ?? 0) - (b.resources?.length ?? 0) ||
      compareText(uidsOf(a), uidsOf(b)) ||
      compareText(canonicalResult(a), canonicalResult(b)),
  );
}

function uidsOf(result: PolicyReportResult): string {
  return (result.resources ?? []).map(({ uid }) => uid ?? "").join(" ");
}
