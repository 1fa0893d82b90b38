import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { lintDocument } from "../commands/lint-document.ts";
import { decodePolicyDocument } from "./decode-policy.ts";

function policy(mode: string): object {
  return {
    apiVersion: "policies.kyverno.io/v1",
    kind: "ValidatingPolicy",
    metadata: { name: "p" },
    spec: { evaluation: { mode }, validations: [{ expression: "true" }] },
  };
}

describe("policies for requests to services", () => {
  for (const mode of ["HTTP", "Envoy"]) {
    it(`are refused by name, so that they do not look as if they had passed: ${mode}`, () => {
      const decoded = decodePolicyDocument(policy(mode));
      assert.ok(decoded.kind === "unsupported");
      assert.deepEqual(decoded.features, [`evaluation.mode.${mode}`]);
      assert.equal(decoded.field, "spec.evaluation.mode");
      assert.match(decoded.message, /^ValidatingPolicy p: .* judges requests to services/);
      assert.deepEqual(
        lintDocument(policy(mode))?.map(({ path }) => path),
        ["spec.evaluation.mode"],
      );
    });
  }

  it("are no others", () => {
    for (const mode of ["Kubernetes", "JSON"])
      assert.equal(decodePolicyDocument(policy(mode)).kind, "policy");
  });
});
