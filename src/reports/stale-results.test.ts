import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { facts, result, scope } from "./policy-facts.fixture.ts";
import { staleResults } from "./stale-results.ts";

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
