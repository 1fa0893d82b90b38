import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { MutatingPolicySpec } from "#api/policies/mutating-policy.ts";

import { celSubjectOf } from "../cel-policy/cel-subject.ts";
import { input, web } from "../evaluate.fixture.ts";
import type { EvaluationInput } from "../input.ts";
import type { JsonObject } from "../values/json.ts";
import { apply, compiled, mutatingPolicy } from "./mutating-policy.fixture.ts";
import { compileMutatingPolicy } from "./compile-mutating-policy.ts";
import { mutateTarget, targetsOfTrigger } from "./mutate-existing.ts";

const evaluation = { mutateExisting: { enabled: true } };
const label = apply(`Object{metadata: Object.metadata{labels: {"a": "b"}}}`);
const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["DELETE"], resources: ["configmaps"] };
const map: JsonObject = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "m", namespace: "shop", labels: { x: "y" } },
};
const onMap: Partial<EvaluationInput> = {
  resource: map,
  gvk: { group: "", version: "v1", kind: "ConfigMap" },
};

const targets = (spec: Partial<MutatingPolicySpec>, more: Partial<EvaluationInput> = {}) =>
  targetsOfTrigger(compiled({ evaluation, mutations: [label], ...spec }), input(web, more));

describe("the existing objects of a MutatingPolicy", () => {
  it("are none unless it says so", () => {
    assert.equal(compiled({ mutations: [label] }).existing, undefined);
    assert.deepEqual(targets({ evaluation: {} }), { kind: "objects", objects: [] });
  });

  it("are those of its target's rules, without wildcards", () => {
    const { existing } = compiled({
      evaluation,
      targetMatchConstraints: { resourceRules: [{ ...rule, resources: ["configmaps", "pods/resize", "*"] }] },
    });
    assert.deepEqual(existing?.resources, [
      { group: "", version: "v1", resource: "configmaps", subresource: "" },
      { group: "", version: "v1", resource: "pods", subresource: "resize" },
    ]);
    assert.equal(existing?.kind === "listed" && existing.areTriggers, false);
  });

  it("are its own triggers where it has no target", () => {
    const { existing } = compiled({ evaluation });
    assert.deepEqual(existing?.resources, [{ group: "", version: "v1", resource: "pods", subresource: "" }]);
    assert.equal(existing?.kind === "listed" && existing.areTriggers, true);
  });

  it("are narrowed by names and labels, not by operations and exclusions", () => {
    const takes = (more: Partial<NonNullable<MutatingPolicySpec["targetMatchConstraints"]>>): boolean => {
      const { existing } = compiled({
        evaluation,
        targetMatchConstraints: { resourceRules: [rule], ...more },
      });
      return existing?.kind === "listed" && existing.takes(celSubjectOf(input(map, onMap), "none"));
    };
    assert.equal(takes({}), true);
    assert.equal(takes({ excludeResourceRules: [{ ...rule, operations: ["*"] }] }), true);
    assert.equal(takes({ resourceRules: [{ ...rule, resourceNames: ["other"] }] }), false);
    assert.equal(takes({ objectSelector: { matchLabels: { x: "z" } } }), false);
    assert.equal(
      takes({ objectSelector: { matchExpressions: [{ key: "x", operator: "DoesNotExist" }] } }),
      false,
    );
  });

  it("are asked for trigger by trigger where an expression says them", () => {
    const expression = `{"apiVersion": dyn("v1"), "kind": dyn("ConfigMap"), "metadata": dyn({"name": object.metadata.name})}`;
    const one = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web" } };
    assert.deepEqual(targets({ targetMatchConstraints: { expression } }), {
      kind: "objects",
      objects: [one],
    });
    const list = `{"items": [${expression}, ${expression}]}`;
    assert.deepEqual(targets({ targetMatchConstraints: { expression: list } }), {
      kind: "objects",
      objects: [one, one],
    });
    const nothing = `resource.Get("v1", "configmaps", "shop", "m")`;
    const context = { lookUp: () => ({ kind: "failed", message: "", status: 404 }) as const };
    assert.deepEqual(targets({ targetMatchConstraints: { expression: nothing } }, { context }), {
      kind: "objects",
      objects: [],
    });
  });

  it("are none for a trigger whose conditions are not met", () => {
    const matchConditions = [{ name: "c", expression: "false" }];
    const targetMatchConstraints = { resourceRules: [rule] };
    assert.deepEqual(targets({ targetMatchConstraints, matchConditions }), { kind: "objects", objects: [] });
    assert.equal(targets({ targetMatchConstraints }).kind, "listed");
  });

  it("cannot be told where the expression fails", () => {
    const result = targets({ targetMatchConstraints: { expression: `{"a": object.none}` } });
    assert.equal(
      result.kind === "response" && result.response.message,
      "failed to evaluate policy: no such key: none",
    );
  });

  it("wait for data", () => {
    const expression = `resource.Get("v1", "configmaps", "shop", "m")`;
    const context = { lookUp: () => ({ kind: "pending" }) as const };
    assert.equal(targets({ targetMatchConstraints: { expression } }, { context }).kind, "pending");
  });
});

describe("a target of a MutatingPolicy", () => {
  const change = (spec: Partial<MutatingPolicySpec>) => {
    const result = mutateTarget(compiled({ evaluation, mutations: [label], ...spec }), input(map, onMap));
    if (result.kind === "pending") throw new Error("the evaluation waits for data");
    return [
      result.responses.map(({ status }) => status),
      (result.object["metadata"] as JsonObject)["labels"],
    ];
  };

  it("is changed whatever the policy's own constraints and conditions", () => {
    const matchConditions = [{ name: "c", expression: "false" }];
    const [statuses, labels] = change({ matchConditions, autogen: { podControllers: { controllers: [] } } });
    assert.deepEqual([statuses, labels], [["pass"], { x: "y", a: "b" }]);
  });

  it("is left alone where target conditions are not met", () => {
    const targetMatchConditions = [{ name: "c", expression: "object.metadata.name == 'other'" }];
    const [statuses, labels] = change({
      targetMatchConditions,
      autogen: { podControllers: { controllers: [] } },
    });
    assert.deepEqual([statuses, labels], [["skip"], { x: "y" }]);
  });

  it("is changed in the request of its trigger", () => {
    const expression = `Object{metadata: Object.metadata{labels: {
      "trigger": request.operation + "-" + request.name, "object": string(request.object.metadata.name)}}}`;
    const policy = compiled({
      evaluation,
      mutations: [apply(expression)],
      autogen: { podControllers: { controllers: [] } },
    });
    const result = mutateTarget(policy, input(map, { ...onMap, operation: "UPDATE" }), input(web));
    assert.deepEqual(result.kind === "completed" && (result.object["metadata"] as JsonObject)["labels"], {
      x: "y",
      trigger: "CREATE-web",
      object: "m",
    });
  });

  it("outside the namespace of a namespaced policy is never changed", () => {
    const policy = compileMutatingPolicy({
      ...mutatingPolicy({ evaluation, mutations: [label] }),
      apiVersion: "policies.kyverno.io/v1",
      kind: "NamespacedMutatingPolicy",
      metadata: { name: "p", namespace: "other" },
    });
    assert.deepEqual(mutateTarget(policy, input(map, onMap)), {
      kind: "completed",
      responses: [],
      object: map,
    });
  });
});
