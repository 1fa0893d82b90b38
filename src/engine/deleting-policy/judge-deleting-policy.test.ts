import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { DeletingPolicy, DeletingPolicySpec } from "#api/policies/deleting-policy.ts";

import { createCelExceptionIndex } from "../cel-policy/cel-exception-index.ts";
import { input, web } from "../evaluate.fixture.ts";
import type { EvaluationInput } from "../input.ts";
import { compileDeletingPolicy } from "./compile-deleting-policy.ts";
import { judgeDeletingPolicy } from "./judge-deleting-policy.ts";
import type { DeletionVerdict } from "./judge-deleting-policy.ts";

const pods = {
  resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["DELETE"], resources: ["pods"] }],
};

function policy(spec: Partial<DeletingPolicySpec>): DeletingPolicy {
  return {
    apiVersion: "policies.kyverno.io/v1",
    kind: "DeletingPolicy",
    metadata: { name: "d" },
    spec: { schedule: "* * * * *", matchConstraints: pods, ...spec },
  };
}

function judge(spec: Partial<DeletingPolicySpec>, more: Partial<EvaluationInput> = {}): DeletionVerdict {
  return judgeDeletingPolicy(compileDeletingPolicy(policy(spec)), input(web, more));
}

const selected = { kind: "selected" };
const kept = (reason: string) => ({ kind: "kept", reason });
const when = (...expressions: readonly string[]) => ({
  conditions: expressions.map((expression, index) => ({ name: `c${index}`, expression })),
});

describe("a DeletingPolicy", () => {
  const cases: readonly [string, Partial<DeletingPolicySpec>, Partial<EvaluationInput>, unknown][] = [
    ["selects what matches, whatever the operations of its rules", {}, {}, selected],
    [
      "keeps what is not of its resources",
      { matchConstraints: { resourceRules: [{ ...pods.resourceRules[0], resources: ["services"] }] } },
      {},
      kept("match"),
    ],
    ["keeps everything without constraints", { matchConstraints: undefined as never }, {}, kept("match")],
    [
      "holds operations of exclusions against a creation",
      { matchConstraints: { ...pods, excludeResourceRules: pods.resourceRules } },
      {},
      selected,
    ],
    [
      "keeps what is excluded",
      {
        matchConstraints: {
          ...pods,
          excludeResourceRules: [{ ...pods.resourceRules[0], operations: ["*"] }],
        },
      },
      {},
      kept("match"),
    ],
    [
      "takes a selector that asks for absence at its word",
      {
        matchConstraints: {
          ...pods,
          objectSelector: { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] },
        },
      },
      {},
      kept("match"),
    ],
    ["selects where conditions hold", when("object.metadata.name == 'web'", "true"), {}, selected],
    ["keeps where one does not", when("true", "false"), {}, kept("conditions")],
    [
      "keeps where one does not and another cannot be evaluated",
      when("object.none == 1", "false"),
      {},
      kept("conditions"),
    ],
    [
      "fails where one cannot be evaluated",
      when("object.none == 1"),
      {},
      { kind: "failed", message: "no such key: none" },
    ],
    [
      "knows variables",
      { variables: [{ name: "n", expression: "object.metadata.name" }], ...when("variables.n == 'web'") },
      {},
      selected,
    ],
    [
      "knows the Namespace",
      when("namespaceObject.metadata.labels.env == 'test'"),
      { namespaceObject: { metadata: { name: "shop", labels: { env: "test" } } } },
      selected,
    ],
  ];
  for (const [title, spec, more, expected] of cases) {
    it(title, () => assert.deepEqual(judge(spec, more), expected));
  }

  it("takes a Namespace for its own", () => {
    const namespace = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "old", labels: { env: "test" } },
    };
    const constraints = { resourceRules: [{ ...pods.resourceRules[0], resources: ["namespaces"] }] };
    const verdict = judge(
      { matchConstraints: constraints, ...when("namespaceObject.metadata.labels.env == 'test'") },
      { resource: namespace, gvk: { group: "", version: "v1", kind: "Namespace" }, namespace: "" },
    );
    assert.deepEqual(verdict, selected);
  });

  it("keeps what an exception names, also one that only lists values", () => {
    const celExceptions = createCelExceptionIndex({ namespace: "*" });
    celExceptions.put({
      apiVersion: "policies.kyverno.io/v1",
      kind: "PolicyException",
      metadata: { name: "e", namespace: "shop" },
      spec: {
        policyRefs: [{ name: "d", kind: "DeletingPolicy" }],
        allowedValues: ["x"],
        matchConditions: [{ name: "c", expression: "variables.yes" }],
      },
    });
    const verdict = judge({ variables: [{ name: "yes", expression: "true" }] }, { celExceptions });
    assert.deepEqual(verdict, { ...kept("exception"), exceptions: ["shop/e"] });
  });

  it("fails for every object where it cannot be compiled", () => {
    const verdict = judge(when("object."));
    assert.equal(verdict.kind, "failed");
  });

  it("of a namespace keeps what is outside it", () => {
    const compiled = compileDeletingPolicy({
      apiVersion: "policies.kyverno.io/v1",
      kind: "NamespacedDeletingPolicy",
      metadata: { name: "d", namespace: "other" },
      spec: policy({}).spec,
    });
    assert.deepEqual(judgeDeletingPolicy(compiled, input(web)), kept("namespace"));
  });

  it("waits for data", () => {
    const verdict = judge(when("namespaceObject != null"), {
      context: { lookUp: () => ({ kind: "pending" }) },
    });
    assert.deepEqual(verdict, {
      kind: "pending",
      requests: [{ kind: "apiCall", method: "GET", urlPath: "/api/v1/namespaces/shop" }],
    });
  });
});

describe("compileDeletingPolicy", () => {
  it("names what has to be listed, each once and without wildcards", () => {
    const rule = {
      apiGroups: ["", "apps"],
      apiVersions: ["v1"],
      resources: ["pods", "pods", "*", "pods/log"],
    };
    const { resources } = compileDeletingPolicy(policy({ matchConstraints: { resourceRules: [rule] } }));
    assert.deepEqual(resources, [
      { group: "", version: "v1", resource: "pods" },
      { group: "apps", version: "v1", resource: "pods" },
    ]);
  });
});
