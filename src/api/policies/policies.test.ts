import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Decoded } from "../schema/decode.ts";
import { decodeCelPolicyException } from "./cel-exception.ts";
import { decodeDeletingPolicy, decodeNamespacedDeletingPolicy } from "./deleting-policy.ts";
import { decodeGeneratingPolicy, decodeNamespacedGeneratingPolicy } from "./generating-policy.ts";
import {
  decodeImageValidatingPolicy,
  decodeNamespacedImageValidatingPolicy,
} from "./image-validating-policy.ts";
import { decodeMutatingPolicy, decodeNamespacedMutatingPolicy } from "./mutating-policy.ts";
import { decodeNamespacedValidatingPolicy, decodeValidatingPolicy } from "./validating-policy.ts";

function document(kind: string, spec: unknown, version = "v1beta1"): unknown {
  return { apiVersion: `policies.kyverno.io/${version}`, kind, metadata: { name: "p" }, spec };
}

function problemsOf(decoded: Decoded<unknown>): readonly string[] {
  return decoded.ok ? [] : decoded.problems.map(({ path, message }) => `${path}: ${message}`);
}

const matchConstraints = {
  resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
};
const generate = [{ expression: 'generator.Apply("a", [])' }];

describe("the decoders of the CEL policies", () => {
  const accepted: readonly [(value: unknown) => Decoded<unknown>, string, unknown][] = [
    [decodeValidatingPolicy, "ValidatingPolicy", { matchConstraints, validations: [{ expression: "true" }] }],
    [
      decodeNamespacedValidatingPolicy,
      "NamespacedValidatingPolicy",
      { validationActions: ["Audit", "Warn"] },
    ],
    [
      decodeMutatingPolicy,
      "MutatingPolicy",
      { mutations: [{ patchType: "JSONPatch", jsonPatch: { expression: "[]" } }] },
    ],
    [
      decodeNamespacedMutatingPolicy,
      "NamespacedMutatingPolicy",
      { targetMatchConstraints: { expression: "object" } },
    ],
    [decodeGeneratingPolicy, "GeneratingPolicy", { matchConstraints, generate }],
    [
      decodeNamespacedGeneratingPolicy,
      "NamespacedGeneratingPolicy",
      { generate: [{ template: { value: "a: 1" } }] },
    ],
    [
      decodeDeletingPolicy,
      "DeletingPolicy",
      { schedule: "* * * * *", conditions: [{ name: "a", expression: "true" }] },
    ],
    [decodeNamespacedDeletingPolicy, "NamespacedDeletingPolicy", { schedule: "@daily" }],
    [
      decodeImageValidatingPolicy,
      "ImageValidatingPolicy",
      { attestors: [{ name: "n", notary: { certs: { value: "PEM" } } }], validations: [] },
    ],
    [
      decodeNamespacedImageValidatingPolicy,
      "NamespacedImageValidatingPolicy",
      { attestors: [], validations: [] },
    ],
    [decodeCelPolicyException, "PolicyException", { policyRefs: [{ kind: "ValidatingPolicy", name: "p" }] }],
  ];
  for (const [decodeKind, kind, spec] of accepted) {
    it(`read a ${kind}`, () => {
      assert.deepEqual(problemsOf(decodeKind(document(kind, spec))), []);
    });

    it(`refuse a ${kind} without spec`, () => {
      assert.deepEqual(problemsOf(decodeKind(document(kind, null))), ["spec: Required value"]);
    });
  }

  const refused: readonly [string, Decoded<unknown>, readonly string[]][] = [
    [
      "an expression beside a template",
      decodeGeneratingPolicy(
        document("GeneratingPolicy", { generate: [{ expression: "a", template: { value: "a: 1" } }] }),
      ),
      ["spec.generate[0]: exactly one of expression or template must be set"],
    ],
    [
      "nothing to generate",
      decodeGeneratingPolicy(document("GeneratingPolicy", { generate: [] })),
      ["spec.generate: should have at least 1 items"],
    ],
    [
      "two variables of one name",
      decodeValidatingPolicy(
        document("ValidatingPolicy", {
          variables: [
            { name: "a", expression: "1" },
            { name: "a", expression: "2" },
          ],
        }),
      ),
      ['spec.variables[1]: Duplicate value: "a"'],
    ],
    [
      "an attestor of two kinds",
      decodeImageValidatingPolicy(
        document("ImageValidatingPolicy", {
          validations: [],
          attestors: [{ name: "a", cosign: {}, notary: {} }],
        }),
      ),
      ["spec.attestors[0]: exactly one of cosign, notary must be set"],
    ],
    [
      "v1alpha1 of a namespaced kind",
      decodeNamespacedDeletingPolicy(document("NamespacedDeletingPolicy", { schedule: "a" }, "v1alpha1")),
      [
        'apiVersion: Unsupported value: "policies.kyverno.io/v1alpha1": supported values: "policies.kyverno.io/v1", "policies.kyverno.io/v1beta1"',
      ],
    ],
  ];
  for (const [title, decoded, problems] of refused) {
    it(`refuse ${title}`, () => {
      assert.deepEqual(problemsOf(decoded), problems);
    });
  }
});
