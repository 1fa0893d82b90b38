import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { JsonObject } from "#engine/values/json.ts";

import { judgeByPolicies } from "../judge.ts";
import type { PolicyVerdict } from "../judge.ts";
import { celCluster } from "../resources/cel-cluster.ts";
import { offlineCluster } from "../resources/offline-cluster.ts";
import { offlineTargets } from "../resources/offline-targets.ts";
import { decodeResource } from "../resources/scan-resource.ts";
import { compileValues } from "../values/scan-values.ts";
import { withBindings } from "./admission-policies.ts";
import { decodePolicyDocument } from "./decode-policy.ts";
import type { LoadedPolicy } from "./decode-policy.ts";

const maps = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] };
const map: JsonObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m", namespace: "shop" } };
const secret: JsonObject = { apiVersion: "v1", kind: "Secret", metadata: { name: "s", namespace: "shop" } };

function load(kind: string, spec: JsonObject): LoadedPolicy {
  const group = kind.includes("Admission") ? "admissionregistration.k8s.io" : "policies.kyverno.io";
  const decoded = decodePolicyDocument({ apiVersion: `${group}/v1`, kind, metadata: { name: "p" }, spec });
  assert.ok(decoded.kind === "policy", JSON.stringify(decoded));
  return decoded.policy;
}

function judge(policy: LoadedPolicy, object: JsonObject = map, existing: readonly JsonObject[] = []) {
  const resources = [object, ...existing].map((one) => {
    const decoded = decodeResource(one);
    assert.ok(decoded.ok);
    return decoded.resource;
  });
  const [resource, ...others] = resources;
  assert.ok(resource !== undefined);
  const context = offlineCluster([]);
  return judgeByPolicies(
    {
      policies: [policy],
      values: compileValues(undefined, []),
      user: undefined,
      context,
      celContext: celCluster({ objects: others, images: new Map() }, context),
      targets: offlineTargets(others),
      nowMs: 0,
    },
    resource,
  );
}

const said = (verdicts: readonly PolicyVerdict[]) =>
  verdicts.flatMap(({ responses }) => responses.map(({ rule, status, message }) => [rule, status, message]));
const labelled = { name: "m", namespace: "shop", labels: { a: "b" } };
const label = {
  patchType: "ApplyConfiguration",
  applyConfiguration: { expression: `Object{metadata: Object.metadata{labels: {"a": "b"}}}` },
};
const mutating = (more: JsonObject = {}): LoadedPolicy =>
  load("MutatingPolicy", { matchConstraints: { resourceRules: [maps] }, mutations: [label], ...more });

describe("a MutatingPolicy on the command line", () => {
  it("passes with what it makes of the object", () => {
    const verdicts = judge(mutating());
    assert.deepEqual(said(verdicts), [["", "pass", "success"]]);
    assert.deepEqual(verdicts.find(({ step }) => step === "mutate")?.object["metadata"], labelled);
  });

  const evaluation = { mutateExisting: { enabled: true } };

  it("changes its trigger where that is the existing object", () => {
    const verdicts = judge(mutating({ evaluation }));
    assert.deepEqual(verdicts.find(({ step }) => step === "mutate")?.object["metadata"], labelled);
  });

  for (const [title, targetMatchConstraints] of [
    ["that rules select", { resourceRules: [{ ...maps, resources: ["secrets"], resourceNames: ["s"] }] }],
    [
      "that an expression gives",
      { expression: `resource.Get("v1", "secrets", object.metadata.namespace, "s")` },
    ],
  ] as const) {
    it(`changes existing objects ${title}`, () => {
      const policy = mutating({ evaluation, targetMatchConstraints });
      const other = { ...secret, metadata: { name: "t", namespace: "shop" } };
      const verdicts = judge(policy, map, [secret, other]);
      assert.deepEqual(said(verdicts), [["", "pass", "success"]]);
      const changed = verdicts.flatMap(({ targets }) => targets.map(({ object }) => object["metadata"]));
      assert.deepEqual(changed, [{ name: "s", namespace: "shop", labels: { a: "b" } }]);
    });
  }
});

describe("a MutatingAdmissionPolicy on the command line", () => {
  const policy = load("MutatingAdmissionPolicy", {
    matchConstraints: { resourceRules: [maps] },
    mutations: [label],
  });

  it("changes what its constraints take", () => {
    const verdicts = judge(policy);
    assert.deepEqual(said(verdicts), [["p", "pass", "mutation is successfully applied"]]);
    assert.deepEqual(said(judge(policy, secret)), []);
  });

  it("changes what its bindings take, where there are any", () => {
    const binding = decodePolicyDocument({
      apiVersion: "admissionregistration.k8s.io/v1beta1",
      kind: "MutatingAdmissionPolicyBinding",
      metadata: { name: "b" },
      spec: { policyName: "p", matchResources: { resourceRules: [{ ...maps, resources: ["secrets"] }] } },
    });
    assert.ok(binding.kind === "binding");
    const bound = withBindings(policy, [binding.binding]);
    assert.deepEqual(said(judge(bound)), []);
    assert.deepEqual(said(judge(bound, secret)), [["p", "pass", "mutation is successfully applied"]]);
  });
});

describe("a GeneratingPolicy on the command line", () => {
  it("makes objects without annotations", () => {
    const template = {
      value: "apiVersion: v1\nkind: Secret\nmetadata: {name: made, namespace: shop, annotations: {a: b}}",
    };
    const policy = load("GeneratingPolicy", {
      matchConstraints: { resourceRules: [maps] },
      generate: [{ template }],
    });
    const verdicts = judge(policy);
    assert.deepEqual(said(verdicts), [["p", "pass", "policy evaluated successfully"]]);
    const [made] = verdicts.flatMap(({ generated }) => generated);
    assert.deepEqual(made?.target, { apiVersion: "v1", kind: "Secret", namespace: "shop", name: "made" });
    assert.equal(Object.hasOwn(made?.object["metadata"] as JsonObject, "annotations"), false);
  });
});

describe("a DeletingPolicy on the command line", () => {
  const policy = load("DeletingPolicy", {
    schedule: "* * * * *",
    matchConstraints: { resourceRules: [maps] },
    conditions: [{ name: "c", expression: "object.metadata.name == 'm'" }],
  });

  it("passes for what it would delete and fails for the rest", () => {
    assert.deepEqual(said(judge(policy)), [["p", "pass", "resource matched"]]);
    assert.deepEqual(said(judge(policy, secret)), [["p", "fail", "resource did not match"]]);
  });

  it("cannot look at kinds that Kubernetes does not have", () => {
    const widget = { apiVersion: "x.io/v1", kind: "Widget", metadata: { name: "w" } };
    assert.deepEqual(said(judge(policy, widget)), [
      ["p", "error", 'no matches for kind "Widget" in version "x.io/v1"'],
    ]);
  });
});
