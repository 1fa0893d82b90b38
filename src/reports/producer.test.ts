import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { facts, generated, patched, result } from "./policy-facts.fixture.ts";
import { producerOf } from "./producer.ts";
import type { Producer } from "./producer.ts";

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
