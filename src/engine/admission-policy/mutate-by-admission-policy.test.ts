import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
} from "#api/admissionregistration/mutating-admission-policy.ts";

import { input, web } from "../evaluate.fixture.ts";
import type { EvaluationInput } from "../input.ts";
import type { JsonObject } from "../values/json.ts";
import { compileMutatingAdmissionPolicy } from "./compile-mutating-admission-policy.ts";
import { mutateByAdmissionPolicy } from "./mutate-by-admission-policy.ts";

const pods = {
  resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
};

function policy(spec: Partial<MutatingAdmissionPolicy["spec"]>): MutatingAdmissionPolicy {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingAdmissionPolicy",
    metadata: { name: "m" },
    spec: { matchConstraints: pods, ...spec },
  };
}

function binding(
  name: string,
  spec: Partial<MutatingAdmissionPolicyBinding["spec"]> = {},
): MutatingAdmissionPolicyBinding {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingAdmissionPolicyBinding",
    metadata: { name },
    spec: { policyName: "m", ...spec },
  };
}

const apply = (expression: string) => ({
  mutations: [{ patchType: "ApplyConfiguration", applyConfiguration: { expression } }],
});
const label = apply(`Object{metadata: Object.metadata{labels: {"a": "b"}}}`);

function mutate(
  spec: Partial<MutatingAdmissionPolicy["spec"]>,
  bindings: readonly MutatingAdmissionPolicyBinding[] = [],
  more: Partial<EvaluationInput> = {},
) {
  const compiled = compileMutatingAdmissionPolicy(policy(spec), { bindings, matching: "cluster" });
  const result = mutateByAdmissionPolicy(compiled, input(web, more));
  if (result.kind === "pending") throw new Error("the evaluation waits for data");
  const verdicts = result.responses.map(({ rule, status, message, properties }) => [
    rule,
    status,
    message,
    properties,
  ]);
  return { verdicts, object: result.object };
}

function report(spec: Partial<MutatingAdmissionPolicy["spec"]>) {
  const { policy: compiled } = compileMutatingAdmissionPolicy(policy(spec), {
    bindings: [],
    matching: "cluster",
  });
  const evaluation = compiled.judge?.(input(web));
  return evaluation?.kind === "completed"
    ? evaluation.responses.map(({ status, message }) => [status, message])
    : undefined;
}

const applied = (properties = {}) => [["m", "pass", "mutation is successfully applied", properties]];

describe("a MutatingAdmissionPolicy", () => {
  it("changes what its constraints take", () => {
    const { verdicts, object } = mutate(label);
    assert.deepEqual(verdicts, applied());
    assert.deepEqual((object["metadata"] as JsonObject)["labels"], { app: "web", a: "b" });
    assert.deepEqual(mutate(label, [], { operation: "UPDATE" }).verdicts, []);
  });

  it("replaces lists, because there is no schema", () => {
    const { object } = mutate(
      apply(`Object{spec: Object.spec{containers: [Object.spec.containers{name: "c"}]}}`),
    );
    assert.deepEqual(object["spec"], { containers: [{ name: "c" }] });
  });

  it("is reported under the binding that takes the object, the last by name", () => {
    const { verdicts } = mutate(label, [
      binding("z", {
        matchResources: { resourceRules: [{ ...pods.resourceRules[0], resources: ["services"] }] },
      }),
      binding("b"),
      binding("a"),
    ]);
    assert.deepEqual(verdicts, applied({ mapBinding: "b" }));
  });

  it("sees the parameters of its binding", () => {
    const { object } = mutate(
      {
        ...apply(`Object{metadata: Object.metadata{labels: {"a": string(params.data.a)}}}`),
        paramKind: { apiVersion: "v1", kind: "ConfigMap" },
      },
      [binding("b", { paramRef: { name: "p" } })],
      { context: { lookUp: () => ({ kind: "value", value: [{ kind: "ConfigMap", data: { a: "x" } }] }) } },
    );
    assert.deepEqual((object["metadata"] as JsonObject)["labels"], { app: "web", a: "x" });
  });

  it("is skipped where its conditions are not met", () => {
    const spec = { ...label, matchConditions: [{ name: "c", expression: "object.metadata.name == 'x'" }] };
    assert.deepEqual(mutate(spec).verdicts, [["m", "skip", "match conditions aren't met", {}]]);
  });

  it("says nothing where a condition cannot be evaluated", () => {
    const matchConditions = [{ name: "c", expression: "object.none == 1" }];
    assert.deepEqual(mutate({ ...label, matchConditions }).verdicts, []);
    assert.deepEqual(report({ ...label, matchConditions }), [["error", "no such key: none"]]);
  });

  it("says nothing of a patch that does not apply", () => {
    const { verdicts, object } = mutate(apply("Object{metadata: object.none}"));
    assert.deepEqual(verdicts, []);
    assert.equal(object, web);
  });
});

describe("what reports say of a MutatingAdmissionPolicy", () => {
  it("is a fail where it would change the object", () => {
    assert.deepEqual(report(label), [["fail", "mutation is not applied"]]);
  });

  it("is a pass where it would not", () => {
    assert.deepEqual(report(apply(`Object{metadata: Object.metadata{labels: {"app": "web"}}}`)), [
      ["pass", "mutation is successfully applied"],
    ]);
  });

  it("is an error where the patch does not apply", () => {
    assert.deepEqual(report(apply("Object{metadata: object.none}")), [["error", "no such key: none"]]);
  });
});
