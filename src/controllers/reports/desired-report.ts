import { managedByKyverno, managedByLabel } from "#api/labels.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { ownerReferenceOf, scopeOf, summarize } from "#reports/build-report.ts";
import { canonicalResults } from "#reports/canonical-results.ts";
import { mergeEventResults, mergeProducers } from "#reports/merge.ts";
import type { ReportOwner } from "#reports/owner.ts";
import type { PolicyFacts } from "#reports/policy-facts.ts";
import { producerOf } from "#reports/producer.ts";
import type { Producer } from "#reports/producer.ts";
import { sortResults } from "#reports/sort-results.ts";
import { isStale, reportScopeOf } from "#reports/stale-results.ts";
import { isWellFormed } from "#reports/stored-report.ts";
import type { StoredReport } from "#reports/stored-report.ts";
import { isMarker } from "#reports/trim.ts";
import type { ReportWork } from "./pending-work.ts";

const scanProducers: ReadonlySet<Producer> = new Set(["scan", "image-scan"]);

/** True for what the scan hands in and takes away. */
export function isOfScan(result: PolicyReportResult, facts: PolicyFacts): boolean {
  const producer = producerOf(result, facts);
  return producer !== undefined && scanProducers.has(producer);
}

/** What is to become of a stored report. */
export interface ReportChange {
  readonly work: ReportWork | undefined;
  /** The scan's results leave, whatever the work says nothing of. */
  readonly dropScan: boolean;
}

/** The results that a report should hold, given those that it holds; before trimming. */
export function desiredResults(
  stored: { readonly owner?: ReportOwner; readonly results: readonly PolicyReportResult[] },
  { work, dropScan }: ReportChange,
  facts: PolicyFacts,
): readonly PolicyReportResult[] {
  const owner = work?.scan === undefined ? (stored.owner ?? work?.owner) : work.owner;
  const scope = owner === undefined ? {} : { scope: reportScopeOf(owner) };
  const scan = work?.scan ?? (dropScan ? [] : undefined);
  const merged =
    scan === undefined
      ? stored.results.filter((result) => !isMarker(result) && !isStale(result, scope.scope, facts))
      : mergeProducers({ ...scope, results: stored.results }, scanProducers, scan, facts);
  return work?.events === undefined
    ? merged
    : mergeEventResults({ ...scope, results: merged }, work.events, facts);
}

/** True where a write would change nothing but times. */
export function isUpToDate(
  stored: StoredReport,
  owner: ReportOwner | undefined,
  results: readonly PolicyReportResult[],
): boolean {
  const sameOwner =
    owner === undefined ||
    (stored.owner !== undefined && isWellFormed(stored) && isSameOwner(stored.owner, owner));
  return sameOwner && canonicalResults(stored.results) === canonicalResults(results);
}

function isSameOwner(a: ReportOwner, b: ReportOwner): boolean {
  return (
    a.apiVersion === b.apiVersion &&
    a.kind === b.kind &&
    a.namespace === b.namespace &&
    a.name === b.name &&
    a.uid === b.uid
  );
}

/** The stored object with other results; what others added to it stays. */
export function replaceResults(
  { object, meta }: StoredReport,
  owner: ReportOwner | undefined,
  results: readonly PolicyReportResult[],
): object {
  const { managedFields: _, ...metadata } = object.metadata as Readonly<Record<string, unknown>>;
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...meta.labels, [managedByLabel]: managedByKyverno },
      ...(owner === undefined ? {} : { ownerReferences: [ownerReferenceOf(owner)] }),
    },
    ...(owner === undefined ? {} : { scope: scopeOf(owner) }),
    summary: summarize(results),
    results: sortResults(results),
  };
}
