import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeClusterPolicy, decodePolicy } from "./cluster-policy.ts";

const rule = {
  name: "check-team",
  match: {
    any: [
      { resources: { kinds: ["Pod"], operations: ["CREATE"] }, subjects: [{ kind: "User", name: "eve" }] },
    ],
  },
  exclude: { resources: { namespaces: ["kube-*"] } },
  context: [{ name: "team", variable: { jmesPath: "request.object.metadata.labels.team", default: null } }],
  preconditions: [{ key: "{{ team }}", operator: "NotEqual", value: "" }],
  validate: {
    failureAction: "Enforce",
    message: "no team",
    foreach: [{ list: "request.object.spec.containers", preconditions: { all: [] }, deny: {} }],
    podSecurity: { level: "baseline", version: "v1.29", exclude: [{ controlName: "Host Ports" }] },
  },
};

function policyWith(spec: Readonly<Record<string, unknown>>, apiVersion = "kyverno.io/v1"): unknown {
  return { apiVersion, kind: "ClusterPolicy", metadata: { name: "p" }, spec };
}

function problemsOf(value: unknown): readonly string[] {
  const decoded = decodeClusterPolicy(value);
  return decoded.ok ? [] : decoded.problems.map(({ path, message }) => `${path}: ${message}`);
}

describe("decodeClusterPolicy", () => {
  it("reads a policy with old and new fields and gives back the same object", () => {
    const value = policyWith({ background: true, rules: [rule], someday: 1 });
    const decoded = decodeClusterPolicy(value);
    assert.ok(decoded.ok);
    assert.equal(decoded.value, value);
    assert.equal(decoded.value.spec.rules?.[0]?.match.any?.[0]?.resources?.kinds?.[0], "Pod");
  });

  it("leaves patterns, preconditions and nested foreach as they are", () => {
    const validate = { pattern: { a: null }, anyPattern: [null], foreach: [{ foreach: [{ list: null }] }] };
    const value = policyWith({ rules: [{ ...rule, validate, preconditions: null }] });
    const decoded = decodeClusterPolicy(value);
    assert.ok(decoded.ok);
    assert.deepEqual(decoded.value.spec.rules?.[0]?.validate, validate);
  });

  const refused: readonly [string, unknown, readonly string[]][] = [
    [
      "another kind",
      { ...Object(policyWith({})), kind: "Policy" },
      ['kind: Unsupported value: "Policy": supported values: "ClusterPolicy"'],
    ],
    [
      "a policy without spec",
      { apiVersion: "kyverno.io/v1", kind: "ClusterPolicy", metadata: {} },
      ["spec: Required value"],
    ],
    ["a rule without match", policyWith({ rules: [{ name: "a" }] }), ["spec.rules[0].match: Required value"]],
    [
      "a name over 63 characters",
      policyWith({ rules: [{ ...rule, name: "a".repeat(64) }] }),
      ["spec.rules[0].name: may not be more than 63 chars long"],
    ],
    [
      "any and all together",
      policyWith({ rules: [{ ...rule, match: { any: [], all: [] } }] }),
      ["spec.rules[0].match: fields that exclude each other are set together"],
    ],
    [
      "a variable with two sources",
      policyWith({ rules: [{ ...rule, context: [{ name: "a", variable: {}, configMap: { name: "b" } }] }] }),
      [
        "spec.rules[0].context[0]: exactly one of configMap, apiCall, imageRegistry, variable, globalReference must be set",
      ],
    ],
    [
      "a number for an annotation",
      { ...Object(policyWith({})), metadata: { annotations: { "policies.kyverno.io/scored": 1 } } },
      ['metadata.annotations[policies.kyverno.io/scored]: must be a string, not the number "1"'],
    ],
    [
      "an old operator in v2beta1",
      policyWith(
        { rules: [{ ...rule, exclude: {}, preconditions: { any: [{ operator: "In" }] } }] },
        "kyverno.io/v2beta1",
      ),
      [
        'spec.rules[0].preconditions.any[0].operator: Unsupported value: "In": supported values: "Equals", "NotEquals", "AnyIn", "AllIn", "AnyNotIn", "AllNotIn", "GreaterThanOrEquals", "GreaterThan", "LessThanOrEquals", "LessThan", "DurationGreaterThanOrEquals", "DurationGreaterThan", "DurationLessThanOrEquals", "DurationLessThan"',
      ],
    ],
    [
      "a field that v2beta1 does not have and v1 has with another type",
      policyWith(
        { rules: [{ ...rule, exclude: {}, preconditions: {}, match: { resources: { kinds: {} } } }] },
        "kyverno.io/v2beta1",
      ),
      ["spec.rules[0].match.resources.kinds: must be a list, not an object"],
    ],
  ];
  for (const [title, value, problems] of refused) {
    it(`refuses ${title}`, () => {
      assert.deepEqual(problemsOf(value), problems);
    });
  }
});

describe("decodePolicy", () => {
  it("reads the namespaced kind only", () => {
    const value = {
      apiVersion: "kyverno.io/v2beta1",
      kind: "Policy",
      metadata: { namespace: "a" },
      spec: {},
    };
    assert.equal(decodePolicy(value).ok, true);
    assert.equal(decodePolicy({ ...value, kind: "ClusterPolicy" }).ok, false);
    assert.equal(decodePolicy({ ...value, apiVersion: "kyverno.io/v9" }).ok, false);
  });
});
