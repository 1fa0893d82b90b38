import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { summarize } from "#reports/build-report.ts";
import type { ReportSummary } from "#reports/build-report.ts";
import { sortResults } from "#reports/sort-results.ts";

/** A report that no object of a cluster owns. */
export interface MergedReport {
  readonly apiVersion: string;
  readonly kind: "ClusterReport" | "Report";
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly results: readonly PolicyReportResult[];
  readonly summary: ReportSummary;
}

/**
 * The reports that Kyverno's command line prints: one with the results of all cluster-wide policies, then one for each
 * namespaced policy, in its name.
 */
export function mergedReports(results: readonly PolicyReportResult[]): readonly MergedReport[] {
  const byPolicy = Map.groupBy(results, ({ policy }) => (policy.includes("/") ? policy : ""));
  const clusterWide = byPolicy.get("") ?? [];
  const namespaced = [...byPolicy]
    .filter(([policy]) => policy !== "")
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...(clusterWide.length === 0 ? [] : [reportOf("ClusterReport", { name: "merged" }, clusterWide)]),
    ...namespaced.map(([policy, own]) => {
      const [namespace = "", name = ""] = policy.split("/");
      return reportOf("Report", { name, namespace }, own);
    }),
  ];
}

function reportOf(
  kind: MergedReport["kind"],
  metadata: MergedReport["metadata"],
  results: readonly PolicyReportResult[],
): MergedReport {
  return {
    apiVersion: "openreports.io/v1alpha1",
    kind,
    metadata,
    results: sortResults(results),
    summary: summarize(results),
  };
}
