import { splitApiVersion } from "#api/meta/resource-type.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { KnownPolicy, PolicyFacts, ReportScope } from "./policy-facts.ts";
import { policyOf, producerOf } from "./producer.ts";

/** A stored report, as far as staleness is judged by it. */
export interface ScopedResults {
  /** Absent where the report does not say what it is about. */
  readonly scope?: ReportScope;
  readonly results: readonly PolicyReportResult[];
}

/** What a report's `scope` (or an owner) says about the kind. */
export function reportScopeOf(reference: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
}): ReportScope {
  const { group, version } = splitApiVersion(reference.apiVersion);
  const { kind, namespace } = reference;
  return { group, version, kind, ...(namespace === undefined ? {} : { namespace }) };
}

/**
 * Results that must go whatever the object looks like: their policy is gone or labelled out of reports, it has no such
 * rule any more, it took part in scans and does not any more, or it cannot match objects of this kind and namespace.
 */
export function staleResults(
  { scope, results }: ScopedResults,
  facts: PolicyFacts,
): readonly PolicyReportResult[] {
  return results.filter((result) => isStale(result, scope, facts));
}

/** True for a result that `staleResults` would give. */
export function isStale(
  result: PolicyReportResult,
  scope: ReportScope | undefined,
  facts: PolicyFacts,
): boolean {
  const policy = facts.find(policyOf(result));
  switch (policy.kind) {
    case "gone":
      return true;
    case "unknown":
      return false;
    case "known":
      break;
  }
  if (policy.excluded) return true;
  if (policy.rules !== undefined && !policy.rules.has(result.rule ?? "")) return true;
  if (isDormant(policy, result)) return true;
  const producer = producerOf(result, facts);
  const fromScan = producer === "scan" || producer === "image-scan";
  return fromScan && scope !== undefined && !policy.canMatch(scope);
}

function isDormant({ dormantRules }: KnownPolicy, { rule, properties = {} }: PolicyReportResult): boolean {
  if (dormantRules === undefined) return false;
  if (dormantRules !== "all" && !dormantRules.has(rule ?? "")) return false;
  return Object.hasOwn(properties, "process") && properties["process"] === "background scan";
}
