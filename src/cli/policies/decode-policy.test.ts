import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { decodePolicyDocument } from "./decode-policy.ts";

const rule = {
  name: "r",
  match: { any: [{ resources: { kinds: ["Pod"] } }] },
  validate: { message: "m", pattern: { metadata: { name: "?*" } } },
};
const policy = {
  apiVersion: "kyverno.io/v1",
  kind: "ClusterPolicy",
  metadata: { name: "p" },
  spec: { rules: [rule] },
};

describe("decodePolicyDocument", () => {
  it("compiles a policy", () => {
    const decoded = decodePolicyDocument(policy);
    assert.ok(decoded.kind === "policy");
    assert.equal(decoded.policy.compiled.identity.key, "p");
  });

  const cases: readonly (readonly [name: string, content: unknown, kind: string, text: RegExp])[] = [
    [
      "an unknown field",
      { ...policy, spec: { rules: [rule], rulez: [] } },
      "refused",
      /spec\.rulez: unknown field/,
    ],
    [
      "a wrong type",
      { ...policy, spec: { rules: "none" } },
      "refused",
      /ClusterPolicy p is not valid: spec\.rules/,
    ],
    [
      "a kind that is not there yet",
      { ...policy, apiVersion: "policies.kyverno.io/v1", kind: "SpareTimePolicy" },
      "unsupported",
      /kind SpareTimePolicy is not supported yet/,
    ],
    [
      "a policy of the API server that cannot be read",
      { apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingAdmissionPolicyBinding" },
      "refused",
      /ValidatingAdmissionPolicyBinding {2}is not valid/,
    ],
    ["another object", { apiVersion: "v1", kind: "Pod" }, "other", /of kind Pod \(v1\)/],
    ["a document without kind", { name: "x" }, "other", /no apiVersion or kind/],
    ["a text", "x", "other", /no object/],
  ];
  for (const [name, content, kind, text] of cases) {
    it(`tells ${name}`, () => {
      const decoded = decodePolicyDocument(content);
      assert.equal(decoded.kind, kind);
      assert.match(JSON.stringify(decoded), text);
    });
  }
});
