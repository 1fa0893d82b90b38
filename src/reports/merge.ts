import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { canonicalResult } from "./canonical-results.ts";
import type { PolicyFacts } from "./policy-facts.ts";
import { generatedResourcesProperty, patchedTargetProperty, producerOf } from "./producer.ts";
import type { Producer } from "./producer.ts";
import { sortResults } from "./sort-results.ts";
import { isMarker } from "./trim.ts";
import { isStale } from "./stale-results.ts";
import type { ScopedResults } from "./stale-results.ts";
import { isWithdrawal } from "./withdrawal.ts";

/**
 * Puts all results of one producer in the place of those that it gave before. Results of others stay, and so do those of
 * whom it cannot be told, while their policy lives; stale ones go. The order in which producers merge does not matter.
 */
export function mergeResults(
  stored: ScopedResults,
  producer: Producer,
  own: readonly PolicyReportResult[],
  facts: PolicyFacts,
): readonly PolicyReportResult[] {
  return mergeProducers(stored, new Set([producer]), own, facts);
}

/** The same for several producers who hand in their results together. */
export function mergeProducers(
  stored: ScopedResults,
  producers: ReadonlySet<Producer>,
  own: readonly PolicyReportResult[],
  facts: PolicyFacts,
): readonly PolicyReportResult[] {
  const keys = new Set(own.map(resultKey));
  const kept = stored.results.filter((result) => {
    if (isMarker(result) || isStale(result, stored.scope, facts)) return false;
    const producer = producerOf(result, facts);
    return !(producer !== undefined && producers.has(producer)) && !keys.has(resultKey(result));
  });
  return sortResults([...kept, ...own]);
}

/**
 * Merges results that tell of single events (an admission request, a generated object): each replaces the result of the
 * same rule and target unless that one is later. What belongs to the scan is not taken from others. A withdrawal takes
 * away what is not later, and leaves nothing.
 */
export function mergeEventResults(
  stored: ScopedResults,
  events: readonly PolicyReportResult[],
  facts: PolicyFacts,
): readonly PolicyReportResult[] {
  const merged = new Map<string, PolicyReportResult[]>();
  for (const result of stored.results) {
    if (isMarker(result) || isStale(result, stored.scope, facts)) continue;
    const key = resultKey(result);
    merged.set(key, [...(merged.get(key) ?? []), result]);
  }
  for (const result of events) {
    if (isStale(result, stored.scope, facts) || isJudgedByScan(result, facts)) continue;
    const key = resultKey(result);
    const known = merged.get(key)?.[0];
    if (isWithdrawal(result)) {
      if (known !== undefined && secondsOf(result) >= secondsOf(known)) merged.delete(key);
      continue;
    }
    if (known === undefined || isNewer(result, known)) merged.set(key, [result]);
  }
  return sortResults([...merged.values()].flat());
}

function isJudgedByScan(result: PolicyReportResult, facts: PolicyFacts): boolean {
  const producer = producerOf(result, facts);
  return producer === "scan" || producer === "image-scan";
}

/** Later, or of the same second: then the content decides, so that the order of arrival does not. */
function isNewer(result: PolicyReportResult, known: PolicyReportResult): boolean {
  const [seconds, knownSeconds] = [secondsOf(result), secondsOf(known)];
  if (seconds !== knownSeconds) return seconds > knownSeconds;
  return canonicalResult(result) > canonicalResult(known);
}

function secondsOf({ timestamp }: PolicyReportResult): number {
  return timestamp?.seconds ?? 0;
}

/** What one result replaces: the same rule of the same policy, and for rules with many targets the same target. */
function resultKey(result: PolicyReportResult): string {
  const properties = result.properties ?? {};
  const target = (key: string): string => (Object.hasOwn(properties, key) ? (properties[key] ?? "") : "");
  return JSON.stringify([
    result.source ?? "",
    result.policy,
    result.rule ?? "",
    target(patchedTargetProperty),
    target(generatedResourcesProperty),
  ]);
}
