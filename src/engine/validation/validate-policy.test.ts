import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { PolicySpec } from "#api/kyverno/policy-spec.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import {
  cluster,
  deny,
  namespaced,
  pods,
  rowProblem,
  rule,
  withAny,
  withContext,
  withPattern,
} from "./policies.fixture.ts";
import type { Row } from "./policies.fixture.ts";
import { validatePolicy } from "./validate-policy.ts";

const overrides = (...list: NonNullable<PolicySpec["validationFailureActionOverrides"]>) =>
  cluster({ validationFailureActionOverrides: list });
const message = (text: string): Partial<Rule> => ({ validate: { deny: {}, message: text } });

const policyRows: readonly Row[] = [
  {
    title: "a namespace of a ClusterPolicy",
    refused: cluster({}, { namespace: "shop" }),
    path: "metadata.namespace",
    message: "A clusterpolicy should not have the namespace defined",
    accepted: namespaced({}),
  },
  {
    title: "neither admission nor background",
    refused: cluster({ admission: false, background: false }),
    path: "spec",
    message: "disabling both admission and background processing is not allowed",
    accepted: cluster({ admission: false }),
  },
  {
    title: "no admission where a rule mutates",
    refused: cluster({ admission: false, ...rule({ mutate: { patchStrategicMerge: {} } }) }),
    path: "spec.admission",
    message: "disabling admission processing is only allowed with validation policies",
    accepted: cluster(rule({ mutate: { patchStrategicMerge: {} } })),
  },
  {
    title: "a name that is too long",
    refused: cluster({}, { name: "a".repeat(64) }),
    path: "metadata.name",
    message: "Too long",
    accepted: cluster({}, { name: "a".repeat(63) }),
  },
  {
    title: "autogen for all",
    refused: cluster({}, { annotations: { "pod-policies.kyverno.io/autogen-controllers": "all" } }),
    path: "metadata.annotations[pod-policies.kyverno.io/autogen-controllers]",
    message: "Autogen annotation does not support 'all' anymore",
    accepted: cluster({}, { annotations: { "pod-policies.kyverno.io/autogen-controllers": "none" } }),
  },
  ...[0, 31].map((seconds) => ({
    title: `a time-out of ${seconds} seconds`,
    refused: cluster({ webhookConfiguration: { timeoutSeconds: seconds } }),
    path: "spec.webhookConfiguration.timeoutSeconds",
    message: "the timeout value must be between 1 and 30 seconds",
    accepted: cluster({ webhookConfiguration: { timeoutSeconds: seconds === 0 ? 1 : 30 } }),
  })),
  {
    title: "an old time-out out of bounds",
    refused: cluster({ webhookTimeoutSeconds: 31 }),
    path: "spec.webhookTimeoutSeconds",
    message: "the timeout value must be between 1 and 30 seconds",
    accepted: cluster({ webhookTimeoutSeconds: 30 }),
  },
  {
    title: "a time-out in the old place and the new one",
    refused: cluster({ webhookTimeoutSeconds: 5, webhookConfiguration: { timeoutSeconds: 5 } }),
    path: "spec.webhookTimeoutSeconds",
    message: "remove the deprecated field and use spec.webhookConfiguration.timeoutSeconds instead",
    accepted: cluster({ webhookTimeoutSeconds: 5, webhookConfiguration: { failurePolicy: "Fail" } }),
  },
  {
    title: "a failure policy in the old place and the new one",
    refused: cluster({ failurePolicy: "Fail", webhookConfiguration: { failurePolicy: "Fail" } }),
    path: "spec.failurePolicy",
    message: "remove the deprecated field and use spec.webhookConfiguration.failurePolicy instead",
    accepted: cluster({ failurePolicy: "Fail" }),
  },
  {
    title: "generateExistingOnPolicyUpdate",
    refused: cluster({ generateExistingOnPolicyUpdate: true }),
    path: "spec.generateExistingOnPolicyUpdate",
    message: "remove the deprecated field",
    accepted: cluster({ generateExisting: true }),
  },
  {
    title: "two rules of one name",
    refused: cluster({
      rules: [
        { name: "r", match: pods, ...deny },
        { name: "r", match: pods, ...deny },
      ],
    }),
    path: "spec.rules[1].name",
    message: "Duplicate rule name: 'r'",
    accepted: cluster({
      rules: [
        { name: "r", match: pods, ...deny },
        { name: "s", match: pods, ...deny },
      ],
    }),
  },
  {
    title: "overrides that both audit and enforce a namespace",
    refused: overrides({ action: "Audit", namespaces: ["a"] }, { action: "Enforce", namespaces: ["b", "a"] }),
    path: "spec.validationFailureActionOverrides[1].namespaces",
    message: "conflicting namespaces found in path: spec.validationFailureActionOverrides[1].namespaces: a",
    accepted: overrides({ action: "Audit", namespaces: ["a"] }, { action: "Enforce", namespaces: ["b"] }),
  },
  {
    title: "overrides with a pattern over a namespace of the other action",
    refused: overrides({ action: "Audit", namespaces: ["a*"] }, { action: "Enforce", namespaces: ["ab"] }),
    path: "spec.validationFailureActionOverrides[1].namespaces",
    message: "wildcard pattern 'a*' matches with namespace 'ab'",
    accepted: overrides({ action: "Audit", namespaces: ["a*"] }, { action: "Audit", namespaces: ["ab"] }),
  },
  {
    title: "overrides with patterns over each other",
    refused: overrides({ action: "enforce", namespaces: ["ab*"] }, { action: "audit", namespaces: ["a*"] }),
    path: "spec.validationFailureActionOverrides[1].namespaces",
    message: "wildcard pattern 'a*' conflicts with the pattern 'ab*'",
    accepted: overrides({ action: "enforce", namespaces: ["b*"] }, { action: "audit", namespaces: ["a*"] }),
  },
  {
    title: "overrides of a Policy",
    refused: namespaced({ validationFailureActionOverrides: [{ action: "Audit", namespaces: ["a"] }] }),
    path: "spec.validationFailureActionOverrides",
    message: "supported only with ClusterPolicy",
    accepted: cluster({ validationFailureActionOverrides: [{ action: "Audit", namespaces: ["a"] }] }),
  },
];

describe("validation of policies", () => {
  for (const row of policyRows) {
    it(`refuses ${row.title}, and takes what is in order`, () => {
      assert.equal(rowProblem(row), undefined);
    });
  }

  it("knows kinds without a namespace only where it is told", () => {
    const policy = namespaced(rule(withAny({ kinds: ["Pod", "Node"] })));
    assert.deepEqual(validatePolicy(policy), []);
    assert.deepEqual(validatePolicy(policy, { clusterKinds: new Set(["Node", "v1/Node"]) }), [
      {
        path: "spec.rules[0].match.any[0].kinds[1]",
        message: "Cluster wide resource 'Node' not allowed in namespaced policy",
      },
    ]);
  });

  it("knows scopes of generated objects only where it is told", () => {
    const policy = cluster(rule({ generate: { apiVersion: "v1", kind: "Secret", name: "a", data: {} } }));
    assert.deepEqual(validatePolicy(policy), []);
    assert.deepEqual(validatePolicy(policy, { clusterKinds: new Set(["v1/Node"]) }), [
      {
        path: "spec.rules[0].generate.namespace",
        message: "target namespace must be set for a namespaced resource",
      },
    ]);
  });

  it("keeps a Policy in its namespace", () => {
    const generate = { apiVersion: "v1", kind: "Secret", name: "a", namespace: "other", data: {} };
    const mutate = {
      patchStrategicMerge: {},
      targets: [{ apiVersion: "v1", kind: "Secret", name: "a", namespace: "other" }],
    };
    const paths = [rule({ generate }), rule({ mutate })].map((spec) =>
      validatePolicy(namespaced(spec)).map(({ path }) => path),
    );
    assert.deepEqual(paths, [
      ["spec.rules[0].generate.namespace"],
      ["spec.rules[0].mutate.targets[0].namespace"],
    ]);
  });

  it("reports all problems, each once, and those of generated rules only where they are new", () => {
    const policy = cluster({
      rules: [
        { name: "r", match: pods, ...message("{{ nobody }}") },
        { name: "r", match: {} },
      ],
    });
    assert.deepEqual(
      validatePolicy(policy).map(({ path }) => path),
      ["spec.rules[1]", "spec.rules[1].match", "spec.rules[1].name", "spec.rules[0].validate.message"],
    );
  });

  it("ends on hostile policies", () => {
    const wildcard = `*${"?".repeat(600)}x*`;
    const [problem] = validatePolicy(
      overrides({ action: "Audit", namespaces: [wildcard] }, { action: "Enforce", namespaces: ["a"] }),
    );
    assert.match(problem?.message ?? "", /wildcard/);
    let deep: unknown = {};
    for (let level = 0; level < 5000; level += 1) deep = { a: deep };
    assert.match(validatePolicy(cluster(rule(withPattern(deep))))[0]?.message ?? "", /nested deeper/);
    const many = Array.from({ length: 500 }, () => ({ name: "", variable: {} }));
    assert.ok(validatePolicy(cluster(rule(withContext(...many)))).length <= 100);
  });
});
