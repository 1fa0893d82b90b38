import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RuleResponse, RuleStatus } from "#engine/response.ts";
import { buildResults } from "./build-results.ts";
import type { ResultPolicy } from "./build-results.ts";

const policy: ResultPolicy = {
  source: "kyverno",
  policy: "need-team",
  process: "background scan",
  scored: true,
  severity: "medium",
  category: "Hygiene",
};
const response: RuleResponse = {
  rule: "has-team",
  type: "validate",
  status: "fail",
  message: "no team",
  properties: {},
};
const all = new Set<RuleStatus>(["pass", "fail", "warn", "error", "skip"]);

function build(
  policyChange: Partial<ResultPolicy> = {},
  responseChange: Partial<RuleResponse> = {},
  allowedResults: ReadonlySet<RuleStatus> = all,
) {
  return buildResults({ ...policy, ...policyChange }, [{ ...response, ...responseChange }], {
    timestampSeconds: 1_766_000_000,
    allowedResults,
  });
}

describe("buildResults", () => {
  it("gives every field of a result", () => {
    assert.deepEqual(build(), [
      {
        source: "kyverno",
        policy: "need-team",
        rule: "has-team",
        category: "Hygiene",
        severity: "medium",
        timestamp: { seconds: 1_766_000_000, nanos: 0 },
        result: "fail",
        scored: true,
        message: "no team",
        properties: { process: "background scan" },
      },
    ]);
  });

  it("leaves out what is empty: rule, message, category, an unknown severity", () => {
    const [result] = build({ category: "", severity: "Medium" }, { rule: "", message: "" });
    assert.deepEqual(Object.keys(result ?? {}), [
      "source",
      "policy",
      "timestamp",
      "result",
      "scored",
      "properties",
    ]);
  });

  for (const [status, scored, result] of [
    ["fail", true, "fail"],
    ["fail", false, "warn"],
    ["pass", false, "pass"],
    ["skip", false, "skip"],
    ["error", false, "error"],
  ] as const) {
    it(`maps ${status} of a policy with scored ${scored} to ${result}`, () => {
      const [built] = build({ scored }, { status });
      assert.equal(built?.result, result);
      assert.equal(Object.hasOwn(built ?? {}, "scored"), scored);
    });
  }

  it("drops statuses that are not allowed, by what they were before fail became warn", () => {
    assert.equal(build({ scored: false }, {}, new Set(["fail"])).length, 1);
    assert.equal(build({ scored: false }, {}, new Set(["warn"])).length, 0);
    assert.equal(build({}, { status: "skip" }, new Set(["fail"])).length, 0);
  });

  for (const [why, properties, status, scored, message] of [
    ["the status' own key", { failMessage: "own" }, "fail", true, "own"],
    [
      "the fail key for a failure that is not scored",
      { failMessage: "own", warnMessage: "w" },
      "fail",
      false,
      "own",
    ],
    ["nothing for another status", { passMessage: "own" }, "fail", true, "no team"],
    ["message above all", { message: "top", failMessage: "own" }, "fail", true, "top"],
    ["nothing where the override is empty", { message: "" }, "fail", true, "no team"],
  ] as const) {
    it(`replaces the message by ${why}, and keeps the keys`, () => {
      const [built] = build({ scored }, { properties, status });
      assert.equal(built?.message, message);
      assert.deepEqual(built?.properties, { ...properties, process: "background scan" });
    });
  }

  it("names exceptions without their namespaces and without blanks", () => {
    const [built] = build({}, { status: "skip", exceptions: ["ns/one", "other/two", "bare"] });
    assert.equal(built?.properties?.["exceptions"], "one,two,bare");
  });

  it("is not fooled by properties with special names", () => {
    const properties = JSON.parse('{"__proto__":"x","process":"mine"}') as Record<string, string>;
    const [built] = build({}, { properties });
    assert.equal(Object.getPrototypeOf(built?.properties), Object.prototype);
    assert.deepEqual(Object.entries(built?.properties ?? {}), [
      ["__proto__", "x"],
      ["process", "background scan"],
    ]);
  });
});
