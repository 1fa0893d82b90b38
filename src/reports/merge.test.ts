import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { canonicalResults } from "./canonical-results.ts";
import { mergeEventResults, mergeResults } from "./merge.ts";
import { facts, generated, patched, result, scope } from "./policy-facts.fixture.ts";
import type { Producer } from "./producer.ts";
import { withdrawalOf } from "./withdrawal.ts";

describe("mergeResults", () => {
  it("replaces the producer's own results, keeps those of others and drops stale ones", () => {
    const stored = [
      result("scanned", "judged", { result: "fail" }),
      result("scanned", "mutated"),
      result("gone", "x"),
      result("x", "y", { source: "other" }),
    ];
    const merged = mergeResults({ scope, results: stored }, "scan", [result("scanned", "judged")], facts);
    assert.deepEqual(merged, [result("scanned", "judged"), stored[1], stored[3]]);
    assert.deepEqual(mergeResults({ scope, results: stored }, "scan", [], facts), [stored[1], stored[3]]);
  });

  it("gives the same whatever the order in which producers merge, and merging twice changes nothing", () => {
    const own: Readonly<Record<string, fc.Arbitrary<PolicyReportResult>>> = {
      scan: fc.constantFrom(
        result("scanned", "judged"),
        result("cel", "", { source: "KyvernoValidatingPolicy" }),
      ),
      "image-scan": fc.constant(result("scanned", "image")),
      admission: fc.constantFrom(result("scanned", "mutated"), result("admission-only", "judged")),
      generate: fc.constantFrom(
        result("scanned", "mutated", generated("a")),
        result("scanned", "mutated", generated("b")),
      ),
      "mutate-existing": fc.constantFrom(result("scanned", "mutated", patched("a"))),
    };
    const producers = Object.keys(own) as Producer[];
    const status = fc.constantFrom("pass" as const, "fail" as const);
    const given = fc.tuple(
      ...producers.map((producer) =>
        fc.uniqueArray(
          fc
            .tuple(own[producer] as fc.Arbitrary<PolicyReportResult>, status)
            .map(([one, r]) => ({ ...one, result: r })),
          { selector: ({ policy, rule, properties }) => JSON.stringify([policy, rule, properties]) },
        ),
      ),
    );
    const order = fc.shuffledSubarray(
      producers.map((_, index) => index),
      { minLength: producers.length },
    );
    fc.assert(
      fc.property(given, order, order, (results, first, second) => {
        const mergeAll = (indexes: readonly number[]) =>
          indexes.reduce(
            (stored, index) =>
              mergeResults(
                { scope, results: stored },
                producers[index] as Producer,
                results[index] ?? [],
                facts,
              ),
            [] as readonly PolicyReportResult[],
          );
        const merged = mergeAll(first);
        assert.deepEqual(mergeAll(second), merged);
        assert.deepEqual(mergeAll([...first, ...second]), merged);
        assert.equal(canonicalResults(merged), canonicalResults(results.flat()));
      }),
    );
  });
});

describe("mergeEventResults", () => {
  const at = (seconds: number) => ({ timestamp: { seconds, nanos: 0 } });

  it("takes the later result of a rule, and nothing that the scan judges", () => {
    const stored = [result("scanned", "mutated", at(5)), result("scanned", "judged", at(5))];
    const events = [
      result("scanned", "mutated", { ...at(6), result: "fail" }),
      result("admission-only", "judged", at(1)),
      result("scanned", "judged", { ...at(9), result: "fail" }),
      result("gone", "x", at(9)),
    ];
    assert.deepEqual(mergeEventResults({ scope, results: stored }, events, facts), [
      events[1],
      stored[1],
      events[0],
    ]);
    const older = [result("scanned", "mutated", { ...at(4), result: "fail" })];
    assert.deepEqual(mergeEventResults({ scope, results: stored }, older, facts), [stored[1], stored[0]]);
  });

  it("lets a producer take back what it said, and nothing of others or of later", () => {
    const audit = (seconds: number): PolicyReportResult => ({
      ...result("stale", "stale", at(seconds)),
      source: "other",
    });
    const stored = [audit(5), result("scanned", "mutated", at(5))];
    const withdraw = (results: readonly PolicyReportResult[], nowSeconds: number) =>
      mergeEventResults({ scope, results }, [withdrawalOf(audit(1), nowSeconds)], facts);
    assert.deepEqual(withdraw(stored, 5), [stored[1]]);
    assert.deepEqual(withdraw(stored, 4).length, 2);
    assert.deepEqual(withdraw([], 9), []);
    assert.deepEqual(mergeEventResults({ scope, results: withdraw(stored, 5) }, [audit(5)], facts).length, 2);
  });

  it("keeps one result per target", () => {
    const events = [result("scanned", "mutated", patched("a")), result("scanned", "mutated", patched("b"))];
    assert.equal(mergeEventResults({ scope, results: [] }, events, facts).length, 2);
  });

  it("gives the same whatever the order in which events come", () => {
    const event = fc
      .tuple(
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom("pass" as const, "fail" as const, "skip" as const),
      )
      .map(([seconds, status]) => result("scanned", "mutated", { ...at(seconds), result: status }));
    fc.assert(
      fc.property(fc.array(event, { minLength: 1 }), (events) => {
        const oneByOne = (list: readonly PolicyReportResult[]) =>
          list.reduce<readonly PolicyReportResult[]>(
            (results, one) => mergeEventResults({ scope, results }, [one], facts),
            [],
          );
        assert.deepEqual(oneByOne(events.toReversed()), oneByOne(events));
        assert.deepEqual(mergeEventResults({ scope, results: [] }, events, facts), oneByOne(events));
      }),
    );
  });
});
