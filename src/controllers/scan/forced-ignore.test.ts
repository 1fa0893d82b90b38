import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeMutatingPolicy } from "#api/policies/mutating-policy.ts";
import { decodeValidatingPolicy } from "#api/policies/validating-policy.ts";
import { Budget } from "#engine/budget.ts";
import { evaluate } from "#engine/evaluate.ts";
import { withForcedIgnore } from "./forced-ignore.ts";
import { prepareScanPolicy } from "./scan-policy.ts";

function validatingPolicy() {
  const decoded = decodeValidatingPolicy({
    apiVersion: "policies.kyverno.io/v1",
    kind: "ValidatingPolicy",
    metadata: { name: "p", uid: "1" },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [
          { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] },
        ],
      },
      matchConditions: [{ name: "absent", expression: "object.data.absent == 'x'" }],
      validations: [{ expression: "false", message: "no" }],
    },
  });
  assert.ok(decoded.ok);
  return decoded.value;
}

function judge(forcesIgnore: boolean): readonly string[] {
  const { compiled } = prepareScanPolicy(validatingPolicy(), undefined, { forcesIgnore });
  const evaluation = evaluate(compiled, {
    resource: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "n" }, data: {} },
    gvk: { group: "", version: "v1", kind: "ConfigMap", resource: "configmaps" },
    subresource: "",
    operation: "CREATE",
    namespace: "n",
    nowMs: 0,
    seed: 0,
    numbers: "int64",
    budget: new Budget(),
    context: { lookUp: () => ({ kind: "unavailable" }) },
  });
  assert.ok(evaluation.kind === "completed");
  return evaluation.responses.map(({ status }) => status);
}

describe("forceFailurePolicyIgnore", () => {
  it("lets a condition that cannot be evaluated not match, where it is an error otherwise", () => {
    assert.deepEqual(judge(false), ["error"]);
    assert.deepEqual(judge(true), ["skip"]);
  });

  it("leaves kinds alone for which such a condition is an error whatever they say", () => {
    const decoded = decodeMutatingPolicy({
      apiVersion: "policies.kyverno.io/v1",
      kind: "MutatingPolicy",
      metadata: { name: "m" },
      spec: {},
    });
    assert.ok(decoded.ok);
    assert.equal(withForcedIgnore(decoded.value), decoded.value);
  });
});
