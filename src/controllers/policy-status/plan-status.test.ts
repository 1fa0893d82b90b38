import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isStored, planStatus } from "./plan-status.ts";
import type { PolicyFindings } from "./plan-status.ts";

const findings: PolicyFindings = {
  generation: 3,
  problems: [],
  refusals: [],
  unavailable: [],
  ruleCount: { validate: 1, mutate: 0, generate: 0, verifyimages: 0 },
  autogenRules: [],
};
const then = "2026-01-01T00:00:00Z";
const now = "2026-01-02T00:00:00Z";

const condition = (type: string, more: Partial<PolicyFindings> = {}) =>
  planStatus({ ...findings, ...more }, [], now).conditions.find((candidate) => candidate.type === type);

describe("the status of a policy", () => {
  it("says Ready in the words that people wait for", () => {
    const { status, reason, message } = condition("Ready") ?? {};
    assert.deepEqual([status, reason, message], ["True", "Succeeded", "Ready"]);
  });

  it("names the rules that cannot be evaluated", () => {
    const ready = condition("Ready", { problems: ["check: bad expression"] });
    assert.equal(ready?.status, "False");
    assert.match(ready?.message ?? "", /check: bad expression/);
    assert.equal(condition("BackgroundScan", { problems: ["check: x"] })?.reason, "PartlyScanned");
  });

  it("says why nothing is scanned", () => {
    const scan = condition("BackgroundScan", { idle: "spec.background is false" });
    assert.deepEqual([scan?.status, scan?.message], ["False", "spec.background is false"]);
  });

  it("says which kinds cannot be read", () => {
    assert.equal(
      condition("BackgroundScan", { unavailable: ["v1 Secret: forbidden"] })?.reason,
      "KindUnavailable",
    );
  });

  it("warns of what admission would refuse, and is ready all the same", () => {
    const refusals = ["spec.rules[0]: No operation defined in the rule 'r'."];
    const { status, reason, message = "" } = condition("Valid", { refusals }) ?? {};
    assert.deepEqual([status, reason], ["False", "Refused"]);
    assert.ok(message.includes("spec.rules[0]: No operation defined"), message);
    assert.equal(condition("Ready", { refusals })?.status, "True");
    assert.equal(condition("Valid")?.status, "True");
  });

  it("keeps the time of a condition until it turns", () => {
    const before = planStatus(findings, [], then);
    const same = planStatus(findings, before.conditions, now);
    assert.deepEqual(same, before);
    const turned = planStatus({ ...findings, problems: ["a: b"] }, before.conditions, now);
    assert.equal(turned.conditions[0]?.lastTransitionTime, now);
    assert.equal(turned.conditions[1]?.lastTransitionTime, then);
  });

  it("is stored when the stored one says the same beside fields of others", () => {
    const planned = planStatus(findings, [], now);
    assert.equal(isStored(planned, { ...planned, validatingadmissionpolicy: { generated: false } }), true);
    assert.equal(isStored(planned, { ...planned, rulecount: { ...planned.rulecount, validate: 2 } }), false);
    assert.equal(isStored(planned, undefined), false);
  });

  it("is stored although the API server added defaults to the rules of autogen", () => {
    const rule = { name: "autogen-a", match: {} };
    const planned = planStatus({ ...findings, autogenRules: [rule] }, [], now);
    const stored = { ...planned, autogen: { rules: [{ ...rule, skipBackgroundRequests: true }] } };
    assert.equal(isStored(planned, stored), true);
    assert.equal(isStored(planStatus(findings, [], now), stored), false);
  });

  it("cuts messages that no status can hold", () => {
    const problems = Array.from({ length: 1000 }, (_, index) => `rule-${index}: broken`);
    assert.ok((condition("Ready", { problems })?.message.length ?? 0) < 2_100);
  });
});
