import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { planCelStatus } from "./plan-cel-status.ts";
import { covers } from "./plan-status.ts";
import type { PolicyFindings } from "./plan-status.ts";

const sound: PolicyFindings = {
  generation: 2,
  problems: [],
  refusals: [],
  unavailable: [],
  ruleCount: { validate: 0, mutate: 0, generate: 0, verifyimages: 0 },
  autogenRules: [],
};
const plan = (more: Partial<PolicyFindings> = {}) =>
  planCelStatus({ ...sound, ...more }, [], "T1").conditionStatus;

describe("the status of a CEL policy", () => {
  it("is ready where it compiles and its kinds can be read, in the words that people wait for", () => {
    const { ready, message, conditions } = plan();
    assert.deepEqual([ready, message], [true, ""]);
    assert.deepEqual(
      conditions.map(({ type, status, message: text }) => [type, status, text]),
      [["RBACPermissionsGranted", "True", "Policy is ready for reporting."]],
    );
  });

  it("says which expression is none, and which kind cannot be read", () => {
    const broken = plan({ problems: ["validations[0].expression: no"] });
    assert.deepEqual([broken.ready, broken.message], [false, "validations[0].expression: no"]);
    const blind = plan({ unavailable: ["v1/pods: forbidden"] });
    assert.equal(
      blind.message,
      "Policy is not ready for reporting, missing permissions: v1/pods: forbidden.",
    );
  });

  it("says why a policy takes no part in scans", () => {
    const message = plan({ idle: "spec.evaluation.background.enabled is false" }).conditions[0]?.message;
    assert.match(message ?? "", /^Background scanning disabled; reporting permissions not required: spec/);
  });

  it("shows what the policy is for pod controllers, and is stored once", () => {
    const autogenConfigs = { defaults: { targets: [], spec: {} } };
    const planned = planCelStatus({ ...sound, autogenConfigs }, [], "T1");
    assert.deepEqual(planned.autogen, { configs: autogenConfigs });
    const again = planCelStatus({ ...sound, autogenConfigs }, planned.conditionStatus.conditions, "T2");
    assert.equal(covers(planned, again), true);
  });
});
