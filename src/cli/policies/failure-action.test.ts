import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { PolicySpec } from "#api/kyverno/policy-spec.ts";

import { isAudited } from "./failure-action.ts";

const match = { any: [{ resources: { kinds: ["Pod"] } }] };
const override = { action: "Enforce", namespaces: ["prod*"] } as const;

describe("isAudited", () => {
  const cases: readonly (readonly [name: string, spec: PolicySpec, namespace: string, audited: boolean])[] = [
    ["nothing said", {}, "default", true],
    ["the policy enforces", { validationFailureAction: "enforce" }, "default", false],
    ["an override for the namespace", { validationFailureActionOverrides: [override] }, "prod-1", false],
    ["an override for another namespace", { validationFailureActionOverrides: [override] }, "dev", true],
    [
      "an override by labels of the namespace",
      {
        validationFailureActionOverrides: [
          { action: "Enforce", namespaceSelector: { matchLabels: { tier: "gold" } } },
        ],
      },
      "any",
      false,
    ],
    [
      "a rule that speaks for itself hides the policy's overrides",
      {
        validationFailureActionOverrides: [override],
        rules: [{ name: "r", match, validate: { failureAction: "Audit" } }],
      },
      "prod-1",
      true,
    ],
    [
      "a rule's own override",
      {
        rules: [
          { name: "r", match, validate: { failureAction: "Audit", failureActionOverrides: [override] } },
        ],
      },
      "prod-1",
      false,
    ],
  ];
  for (const [name, spec, namespace, audited] of cases) {
    it(`knows ${name}`, () => assert.equal(isAudited(spec, namespace, { tier: "gold" }), audited));
  }
});
