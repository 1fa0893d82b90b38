import { managedByKyverno, managedByLabel } from "#api/labels.ts";
import type { OwnerReference } from "#api/meta/object-meta.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { ReportOwner } from "./owner.ts";
import { sortResults } from "./sort-results.ts";

/** Which API the reports are written in; never both. */
export type ReportFormat = "wgpolicyk8s" | "openreports";

export interface ReportSummary {
  readonly pass: number;
  readonly fail: number;
  readonly warn: number;
  readonly error: number;
  readonly skip: number;
}

/** The object that a report is about, as the report names it. */
export interface ReportScopeReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
}

/** A report as it is written. */
export interface BuiltReport {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly OwnerReference[];
    readonly resourceVersion?: string;
  };
  readonly scope: ReportScopeReference;
  readonly summary: ReportSummary;
  readonly results: readonly PolicyReportResult[];
}

export interface BuildReportOptions {
  readonly format: ReportFormat;
  readonly owner: ReportOwner;
  readonly results: readonly PolicyReportResult[];
  /** The precondition of a replacement. */
  readonly resourceVersion?: string;
}

/** `apiVersion` of a format's kinds. */
function reportApiVersion(format: ReportFormat): string {
  switch (format) {
    case "wgpolicyk8s":
      return "wgpolicyk8s.io/v1alpha2";
    case "openreports":
      return "openreports.io/v1alpha1";
    default:
      return format satisfies never;
  }
}

/** The kind of report for namespaced and for cluster-scoped objects. */
function reportKind(format: ReportFormat, namespaced: boolean): string {
  const kind = format === "wgpolicyk8s" ? "PolicyReport" : "Report";
  return namespaced ? kind : `Cluster${kind}`;
}

/** How many results there are of each kind; values outside the five count nowhere. */
export function summarize(results: readonly PolicyReportResult[]): ReportSummary {
  const summary = { pass: 0, fail: 0, warn: 0, error: 0, skip: 0 };
  for (const { result } of results) {
    if (result !== undefined && Object.hasOwn(summary, result)) summary[result]++;
  }
  return summary;
}

/** The reference by which garbage collection takes the report with its object. */
export function ownerReferenceOf({ apiVersion, kind, name, uid }: ReportOwner): OwnerReference {
  return { apiVersion, kind, name, uid };
}

/** The object as the report's `scope` names it. */
export function scopeOf({ apiVersion, kind, namespace, name, uid }: ReportOwner): ReportScopeReference {
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name, uid };
}

/** The report of one object: named after its uid, owned by it, with sorted results and their count. */
export function buildReport(options: BuildReportOptions): BuiltReport {
  const { format, owner, resourceVersion } = options;
  const namespaced = owner.namespace !== undefined;
  return {
    apiVersion: reportApiVersion(format),
    kind: reportKind(format, namespaced),
    metadata: {
      name: owner.uid,
      ...(namespaced ? { namespace: owner.namespace } : {}),
      labels: { [managedByLabel]: managedByKyverno },
      ownerReferences: [ownerReferenceOf(owner)],
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    scope: scopeOf(owner),
    summary: summarize(options.results),
    results: sortResults(options.results),
  };
}
