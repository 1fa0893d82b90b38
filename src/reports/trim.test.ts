import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { canonicalResults } from "./canonical-results.ts";
import { result } from "./policy-facts.fixture.ts";
import { trimResults } from "./trim.ts";

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
