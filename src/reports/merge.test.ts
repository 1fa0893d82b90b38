import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { canonicalResults } from "./canonical-results.ts";
import { mergeEventResults, mergeResults } from "./merge.ts";
import type { PolicyFact, PolicyFacts } from "./policy-facts.ts";
import { generatedResourcesProperty, patchedTargetProperty, producerOf } from "./producer.ts";
import type { Producer } from "./producer.ts";
import { staleResults } from "./stale-results.ts";
import { trimResults } from "./trim.ts";

const scope = { group: "", version: "v1", kind: "Pod", namespace: "shop" };

const known: Readonly<Record<string, PolicyFact>> = {
  scanned: {
    kind: "known",
    rules: new Set(["judged", "image", "mutated"]),
    scanRules: new Set(["judged"]),
    imageScanRules: new Set(["image"]),
    excluded: false,
    canMatch: ({ kind }) => kind === "Pod",
  },
  "admission-only": {
    kind: "known",
    rules: new Set(["judged"]),
    scanRules: new Set(),
    dormantRules: new Set(["judged"]),
    excluded: false,
    canMatch: () => false,
  },
  excluded: {
    kind: "known",
    rules: new Set(["judged"]),
    scanRules: new Set(),
    excluded: true,
    canMatch: () => false,
  },
  cel: { kind: "known", scanRules: "all", excluded: false, canMatch: () => true },
};
const facts: PolicyFacts = {
  find: ({ source, policy }) =>
    source.startsWith("other") ? { kind: "unknown" } : (known[policy] ?? { kind: "gone" }),
  isWatched: () => true,
};

function result(policy: string, rule: string, extra: Partial<PolicyReportResult> = {}): PolicyReportResult {
  return { source: "kyverno", policy, rule, result: "pass", ...extra };
}

const generated = (target: string) => ({ properties: { [generatedResourcesProperty]: target } });
const patched = (target: string) => ({ properties: { [patchedTargetProperty]: target } });

describe("producerOf", () => {
  const cases: readonly (readonly [string, PolicyReportResult, Producer | undefined])[] = [
    ["a rule that the scan judges", result("scanned", "judged"), "scan"],
    ["a rule about images", result("scanned", "image"), "image-scan"],
    ["a mutate rule without a target", result("scanned", "mutated"), "admission"],
    ["a policy that is not scanned", result("admission-only", "judged"), "admission"],
    ["what a generate rule made", result("scanned", "judged", generated("v1, Kind=X")), "generate"],
    ["a target that was patched", result("scanned", "judged", patched("v1, Kind=X")), "mutate-existing"],
    ["a CEL policy", result("cel", "", { source: "KyvernoValidatingPolicy" }), "scan"],
    ["a generating policy", result("gone", "", { source: "KyvernoGeneratingPolicy" }), "generate"],
    ["a cleanup policy", result("gone", "", { source: "KyvernoCleanupPolicy" }), "cleanup-audit"],
    ["a rule that the policy does not have", result("scanned", "removed"), undefined],
    ["a policy that is gone", result("gone", "judged"), undefined],
    ["another tool's result", result("scanned", "judged", { source: "other" }), undefined],
  ];
  for (const [what, value, producer] of cases) {
    it(`gives ${producer ?? "nobody"} for ${what}`, () => assert.equal(producerOf(value, facts), producer));
  }
});

describe("staleResults", () => {
  const process = (value: string) => ({ properties: { process: value } });
  const cases: readonly (readonly [string, PolicyReportResult, boolean])[] = [
    ["a policy that is gone", result("gone", "judged"), true],
    ["a rule that is gone", result("scanned", "removed"), true],
    ["a policy that is labelled out", result("excluded", "judged"), true],
    ["a policy that matches", result("scanned", "judged"), false],
    ["admission results of a policy that is not scanned", result("admission-only", "judged"), false],
    [
      "scan results of a policy that is not scanned any more",
      result("admission-only", "judged", process("background scan")),
      true,
    ],
    [
      "reviews of a policy that is not scanned any more",
      result("admission-only", "judged", process("admission review")),
      false,
    ],
    ["another tool's result", result("gone", "judged", { source: "other" }), false],
  ];
  for (const [what, value, stale] of cases) {
    it(`${stale ? "takes" : "keeps"} the result of ${what}`, () => {
      assert.deepEqual(staleResults({ scope, results: [value] }, facts), stale ? [value] : []);
    });
  }

  it("takes scan results of a kind that the policy cannot match, and keeps those of others", () => {
    const results = [result("scanned", "judged"), result("scanned", "mutated")];
    const service = { ...scope, kind: "Service" };
    assert.deepEqual(staleResults({ scope: service, results }, facts), [results[0]]);
  });
});

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

describe("canonicalResults", () => {
  it("does not depend on order, times or the order of properties, and on everything else", () => {
    const a = result("p", "r", { properties: { x: "1", y: "2" }, timestamp: { seconds: 1, nanos: 0 } });
    const b = result("q", "r");
    const same = [b, { ...a, properties: { y: "2", x: "1" }, timestamp: { seconds: 2, nanos: 0 } }];
    assert.equal(canonicalResults(same), canonicalResults([a, b]));
    for (const change of [
      { message: "m" },
      { scored: true },
      { severity: "low" as const },
      { category: "c" },
      { properties: { x: "1" } },
    ]) {
      assert.notEqual(canonicalResults([{ ...a, ...change }]), canonicalResults([a]));
    }
    assert.notEqual(canonicalResults([a, a]), canonicalResults([a]));
  });
});

describe("trimResults", () => {
  const long = (policy: string, status: "pass" | "fail" | "skip" | "error", length = 900) =>
    result(policy, "r", { result: status, message: "ü".repeat(length) });
  const size = (results: readonly PolicyReportResult[]) =>
    new TextEncoder().encode(JSON.stringify(results)).length;

  it("leaves alone what fits", () => {
    const results = [long("a", "pass")];
    assert.deepEqual(trimResults(results, 10_000, 1), { results, trimmed: false });
  });

  it("leaves out passes first, then skips, and says how many", () => {
    const results = [long("f", "fail"), long("p", "pass"), long("p2", "pass"), long("s", "skip")];
    const passes = trimResults(results, 7_000, 1);
    assert.deepEqual(
      passes.results.map(({ policy }) => policy),
      ["f", "p", "report-too-large", "s"],
    );
    assert.equal(passes.results[2]?.properties?.["results-left-out"], "pass=1");
    const skips = trimResults(results, 3_500, 1);
    assert.deepEqual(
      skips.results.map(({ policy }) => policy),
      ["f", "report-too-large"],
    );
    assert.equal(skips.results[1]?.properties?.["results-left-out"], "pass=2,skip=1");
  });

  it("cuts texts before it leaves out a failure", () => {
    const { results } = trimResults([long("f", "fail", 9_000), long("p", "pass")], 4_000, 1);
    assert.equal(results[0]?.policy, "f");
    assert.equal(results[0]?.message?.length, 1024);
  });

  it("always fits, keeps failures longest, and cuts the same results in the same way", () => {
    const one = fc
      .tuple(
        fc.nat(9),
        fc.constantFrom("pass" as const, "fail" as const, "skip" as const, "error" as const),
        fc.nat(3_000),
      )
      .map(([policy, status, length]) => long(`p${policy}`, status, length));
    fc.assert(
      fc.property(fc.array(one), fc.integer({ min: 2_000, max: 20_000 }), (results, maxBytes) => {
        const { results: kept, trimmed } = trimResults(results, maxBytes, 1);
        assert.ok(size(kept) <= maxBytes + 2);
        const again = trimResults(results.toReversed(), maxBytes, 2);
        assert.equal(canonicalResults(again.results), canonicalResults(kept));
        const count = (list: readonly PolicyReportResult[], status: string) =>
          list.filter((item) => item.result === status).length;
        if (trimmed && count(kept, "fail") < count(results, "fail")) assert.equal(count(kept, "pass"), 0);
      }),
    );
  });
});
