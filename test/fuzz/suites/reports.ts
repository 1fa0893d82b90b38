import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { canonicalResults } from "#reports/canonical-results.ts";
import { mergeEventResults, mergeResults } from "#reports/merge.ts";
import { facts, generated, patched, result, scope } from "#reports/policy-facts.fixture.ts";
import { producerOf } from "#reports/producer.ts";
import type { Producer } from "#reports/producer.ts";
import { isStale } from "#reports/stale-results.ts";
import { isMarker, trimResults } from "#reports/trim.ts";
import { hostileTexts } from "../arbitraries/json.ts";
import { property } from "../suite.ts";
import type { FuzzSuite } from "../suite.ts";

const policies = fc.constantFrom("scanned", "admission-only", "excluded", "cel", "gone", "x");
const rules = fc.constantFrom("judged", "image", "mutated", "");
const texts = fc.oneof(fc.constantFrom("m", "n"), hostileTexts);
const results: fc.Arbitrary<PolicyReportResult> = fc
  .record({
    policy: policies,
    rule: rules,
    message: texts,
    status: fc.constantFrom(
      "pass" as const,
      "fail" as const,
      "warn" as const,
      "error" as const,
      "skip" as const,
    ),
    seconds: fc.integer({ min: 1, max: 4 }),
    source: fc.constantFrom("kyverno", "KyvernoValidatingPolicy", "other"),
    target: fc.constantFrom({}, generated("a"), generated("b"), patched("a")),
  })
  .map(({ policy, rule, message, status, seconds, source, target }) =>
    result(policy, rule, { result: status, message, source, timestamp: { seconds, nanos: 0 }, ...target }),
  );
const keyOf = ({ source, policy, rule, properties }: PolicyReportResult): string =>
  JSON.stringify([source, policy, rule, properties]);
const unique = fc.uniqueArray(results, { selector: keyOf, maxLength: 8 });
const producers = [
  "scan",
  "image-scan",
  "generate",
  "mutate-existing",
  "cleanup-audit",
  "admission",
] as const;

/** Results of each producer, as that producer would hand them in: of policies that there are. */
const byProducer = (
  list: readonly PolicyReportResult[],
): ReadonlyMap<Producer, readonly PolicyReportResult[]> =>
  new Map(
    producers.map((producer) => [
      producer,
      list.filter((one) => producerOf(one, facts) === producer && !isStale(one, scope, facts)),
    ]),
  );

const mergeInOrder = (
  stored: readonly PolicyReportResult[],
  given: ReadonlyMap<Producer, readonly PolicyReportResult[]>,
  order: readonly Producer[],
): readonly PolicyReportResult[] =>
  order.reduce(
    (list, producer) => mergeResults({ scope, results: list }, producer, given.get(producer) ?? [], facts),
    stored,
  );

const orders = fc.shuffledSubarray([...producers], { minLength: producers.length });
const bytesOf = (list: readonly PolicyReportResult[]): number => JSON.stringify(list).length;

export const reports: FuzzSuite = {
  name: "reports",
  properties: [
    property(
      "merges producers to the same whatever their order",
      fc.tuple(unique, unique, orders, orders),
      ([stored, own, first, second]) => {
        const given = byProducer(own);
        const merged = mergeInOrder(stored, given, first);
        assert.equal(canonicalResults(mergeInOrder(stored, given, second)), canonicalResults(merged));
        assert.deepEqual(mergeInOrder(merged, given, second), merged);
      },
    ),
    property("loses no result of a producer", fc.tuple(unique, unique, orders), ([stored, own, order]) => {
      const given = byProducer(own);
      const merged = new Set(mergeInOrder(stored, given, order).map(keyOf));
      for (const list of given.values())
        for (const one of list) assert.ok(merged.has(keyOf(one)), keyOf(one));
    }),
    property(
      "merges single events to the same whatever their order",
      fc.tuple(unique, fc.array(results, { maxLength: 8 })),
      ([stored, events]) => {
        const oneByOne = (list: readonly PolicyReportResult[]) =>
          list.reduce<readonly PolicyReportResult[]>(
            (known, event) => mergeEventResults({ scope, results: known }, [event], facts),
            mergeEventResults({ scope, results: stored }, [], facts),
          );
        const forward = oneByOne(events);
        assert.equal(canonicalResults(oneByOne(events.toReversed())), canonicalResults(forward));
        assert.equal(
          canonicalResults(mergeEventResults({ scope, results: stored }, events, facts)),
          canonicalResults(forward),
        );
      },
    ),
    property(
      "trims to the size that it was given, fails last",
      fc.tuple(fc.array(results, { maxLength: 40 }), fc.integer({ min: 1_500, max: 6_000 })),
      ([list, maxBytes]) => {
        const { results: kept, trimmed } = trimResults(list, maxBytes, 1);
        if (!trimmed) {
          assert.deepEqual(kept, list);
          return;
        }
        assert.ok(bytesOf(kept) <= maxBytes, `${bytesOf(kept)} bytes`);
        assert.equal(kept.filter(isMarker).length, 1);
        const lost = (status: string) =>
          list.filter((one) => one.result === status).length -
          kept.filter((one) => one.result === status && !isMarker(one)).length;
        if (lost("fail") > 0) assert.equal(kept.filter((one) => one.result === "pass").length, 0);
      },
    ),
  ],
};
