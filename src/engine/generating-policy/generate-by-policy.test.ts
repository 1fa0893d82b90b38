import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { GeneratingPolicy, GeneratingPolicySpec } from "#api/policies/generating-policy.ts";

import { createCelExceptionIndex } from "../cel-policy/cel-exception-index.ts";
import type { ContextSource } from "../context/context-source.ts";
import { input } from "../evaluate.fixture.ts";
import type { EvaluationInput } from "../input.ts";
import type { JsonObject } from "../values/json.ts";
import { compileGeneratingPolicy } from "./compile-generating-policy.ts";
import { generateByPolicy } from "./generate-by-policy.ts";

const namespacesCreated = {
  resourceRules: [
    { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["namespaces"] },
  ],
};
const trigger: JsonObject = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "shop", uid: "u1", labels: { team: "a" } },
};

function policy(spec: Partial<GeneratingPolicySpec>): GeneratingPolicy {
  return {
    apiVersion: "policies.kyverno.io/v1",
    kind: "GeneratingPolicy",
    metadata: { name: "g" },
    spec: { matchConstraints: namespacesCreated, generate: [], ...spec },
  };
}

const isClusterScoped = (_apiVersion: string, kind: string): boolean =>
  kind === "Namespace" || kind === "ClusterRole";

function generate(spec: Partial<GeneratingPolicySpec>, more: Partial<EvaluationInput> = {}) {
  const gvk = { group: "", version: "v1", kind: "Namespace" };
  return generateByPolicy(
    compileGeneratingPolicy(policy(spec)),
    input(trigger, { gvk, namespace: "", ...more }),
    {
      isClusterScoped,
    },
  );
}

function completed(spec: Partial<GeneratingPolicySpec>, more: Partial<EvaluationInput> = {}) {
  const result = generate(spec, more);
  if (result.kind === "pending") throw new Error("the evaluation waits for data");
  const { response, objects } = result;
  return {
    verdict: response === undefined ? undefined : [response.rule, response.status, response.message],
    objects: objects.map(({ object }) => object),
  };
}

const apply = (expression: string) => ({ expression });
const template = (value: string, interpolate: "none" | "cel" = "cel") => ({
  template: { value, interpolate },
});
const configMap = (name: string) =>
  `{"apiVersion": dyn("v1"), "kind": dyn("ConfigMap"), "metadata": dyn({"name": "${name}"}), "data": dyn({"a": "b"})}`;
const passed = ["g", "pass", "policy evaluated successfully"];
const failure = (message: string) => ["g", "error", `failed to evaluate policy: ${message}`];
const labels = {
  "app.kubernetes.io/managed-by": "kyverno",
  "generate.kyverno.io/policy-name": "g",
  "generate.kyverno.io/trigger-name": "shop",
  "generate.kyverno.io/trigger-namespace": "",
  "generate.kyverno.io/trigger-uid": "u1",
  "generate.kyverno.io/trigger-kind": "Namespace",
  "generate.kyverno.io/trigger-group": "",
  "generate.kyverno.io/trigger-version": "v1",
};

describe("a GeneratingPolicy", () => {
  it("makes objects with labels that say where they come from", () => {
    const { verdict, objects } = completed({
      generate: [apply(`generator.Apply(object.metadata.name, [${configMap("c")}])`)],
    });
    assert.deepEqual(verdict, passed);
    assert.deepEqual(objects, [
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "c", namespace: "shop", labels },
        data: { a: "b" },
      },
    ]);
  });

  it("makes one for each turn of a loop", () => {
    const { objects } = completed({
      generate: [apply(`["a", "b"].all(ns, generator.apply(ns, [${configMap("c")}]))`)],
    });
    assert.deepEqual(
      objects.map(({ metadata }) => (metadata as JsonObject)["namespace"]),
      ["a", "b"],
    );
  });

  it("puts objects without a namespace into none", () => {
    const role = `{"apiVersion": dyn("rbac.authorization.k8s.io/v1"), "kind": dyn("ClusterRole"), "metadata": dyn({"name": "r"})}`;
    const { objects } = completed({ generate: [apply(`generator.Apply("shop", [${role}])`)] });
    assert.deepEqual(objects[0]?.["metadata"], { name: "r", labels });
  });

  it("copies objects of the cluster without what belongs to the original", () => {
    const source: JsonObject = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "s",
        namespace: "default",
        uid: "u2",
        resourceVersion: "7",
        creationTimestamp: "2026-01-01T00:00:00Z",
        finalizers: ["x"],
        ownerReferences: [{ uid: "o" }],
        annotations: { a: "b", "kubectl.kubernetes.io/last-applied-configuration": "{}" },
      },
      data: { k: "dg==" },
    };
    const context: ContextSource = { lookUp: () => ({ kind: "value", value: { items: [source] } }) };
    const { objects } = completed(
      { generate: [apply(`generator.Apply("shop", [resource.List("v1", "secrets", "default")])`)] },
      { context },
    );
    assert.deepEqual(objects, [
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
          name: "s",
          namespace: "shop",
          labels: { ...labels, "generate.kyverno.io/source-uid": "u2" },
          annotations: { a: "b" },
        },
        data: { k: "dg==" },
      },
    ]);
  });

  it("leaves out the label of a name that no label may hold", () => {
    const long = { ...trigger, metadata: { name: "a".repeat(70), uid: "u1" } };
    const { objects } = completed(
      { generate: [apply(`generator.Apply("x", [${configMap("c")}])`)] },
      { resource: long },
    );
    const { metadata } = objects[0] ?? {};
    assert.equal(
      Object.hasOwn((metadata as JsonObject)["labels"] as JsonObject, "generate.kyverno.io/trigger-name"),
      false,
    );
  });

  it("makes nothing where one of its sources fails", () => {
    const { verdict, objects } = completed({
      generate: [apply(`generator.Apply("x", [${configMap("c")}])`), apply("object.none")],
    });
    assert.deepEqual(verdict, failure("no such key: none"));
    assert.deepEqual(objects, []);
  });

  it("does not mind an expression that is false", () => {
    assert.deepEqual(completed({ generate: [apply("false")] }).verdict, passed);
  });

  it("says nothing where its conditions are not met, or its constraints take other objects", () => {
    const spec = { generate: [apply("true")] };
    const none = { verdict: undefined, objects: [] };
    assert.deepEqual(completed({ ...spec, matchConditions: [{ name: "c", expression: "false" }] }), none);
    assert.deepEqual(completed(spec, { operation: "UPDATE" }), none);
  });

  it("keeps out what an exception names", () => {
    const celExceptions = createCelExceptionIndex({ namespace: "*" });
    celExceptions.put({
      apiVersion: "policies.kyverno.io/v1",
      kind: "PolicyException",
      metadata: { name: "e", namespace: "x" },
      spec: { policyRefs: [{ name: "g", kind: "GeneratingPolicy" }] },
    });
    const { verdict } = completed({ generate: [apply("true")] }, { celExceptions });
    assert.deepEqual(verdict, ["exception", "skip", "rule is skipped due to policy exception: x/e"]);
  });

  it("waits for data", () => {
    const spec = { generate: [apply(`generator.Apply("x", [resource.Get("v1", "secrets", "a", "s")])`)] };
    const result = generate(spec, { context: { lookUp: () => ({ kind: "pending" }) } });
    assert.equal(result.kind, "pending");
  });

  it("of a namespace makes objects there, and none of the cluster's", () => {
    const { spec } = policy({
      matchConstraints: { resourceRules: [{ ...namespacesCreated.resourceRules[0], resources: ["pods"] }] },
    });
    const own = (expression: string) =>
      generateByPolicy(
        compileGeneratingPolicy({
          apiVersion: "policies.kyverno.io/v1",
          kind: "NamespacedGeneratingPolicy",
          metadata: { name: "g", namespace: "shop" },
          spec: { ...spec, generate: [apply(expression)] },
        }),
        input({ apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "shop" } }),
        { isClusterScoped },
      );
    const made = own(`generator.Apply([${configMap("c")}])`);
    assert.deepEqual(made.kind === "completed" && made.objects[0]?.target.namespace, "shop");
    const refused = own(`generator.Apply([${configMap("c").replace("ConfigMap", "ClusterRole")}])`);
    assert.deepEqual(
      refused.kind === "completed" && refused.response?.message,
      'failed to evaluate policy: cross-scope generation denied: a policy scoped to namespace "shop" cannot generate cluster-scoped resource v1/ClusterRole',
    );
  });
});

describe("a template of a GeneratingPolicy", () => {
  const head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  namespace: shop\n";

  it("is taken as it is without interpolation", () => {
    const { objects } = completed({ generate: [template(`${head}data:\n  a: "(( x ))"\n`, "none")] });
    assert.deepEqual(objects[0]?.["data"], { a: "(( x ))" });
  });

  it("has values and texts put into it", () => {
    const { verdict, objects } = completed({
      variables: [{ name: "n", expression: "3" }],
      generate: [
        template(`${head}data:
  whole: (( object.metadata.labels ))
  number: (( variables.n ))
  text: "n=(( variables.n )), (( object.metadata.name ))"
  escaped: '\\((x))'
`),
      ],
    });
    assert.deepEqual(verdict, passed);
    assert.deepEqual(objects[0]?.["data"], {
      whole: { team: "a" },
      number: 3,
      text: "n=3, shop",
      escaped: "((x))",
    });
  });

  it("may hold several documents", () => {
    const { objects } = completed({
      generate: [template(`${head}---\n---\n${head.replace("name: c", "name: d")}`)],
    });
    assert.deepEqual(
      objects.map(({ metadata }) => (metadata as JsonObject)["name"]),
      ["c", "d"],
    );
  });

  it("says which placeholder fails", () => {
    const { verdict } = completed({ generate: [template(`${head}data:\n  a: (( object.none ))\n`)] });
    assert.deepEqual(
      verdict,
      failure(
        'failed to render generation template: document 1: field "data.a": failed to evaluate placeholder "object.none": no such key: none',
      ),
    );
  });

  it("does not put maps into texts", () => {
    const { verdict } = completed({ generate: [template(`${head}data:\n  a: x-(( object.metadata ))\n`)] });
    assert.match(verdict?.[2] ?? "", /embedded in a string must evaluate to a scalar, got map/);
  });

  for (const [title, value, problem] of [
    ["without documents", "# nothing", /the template has no document/],
    ["that is no mapping", "- 1", /document 1: the document is no mapping/],
    ["that is no YAML", "a: [", /yaml: line 1/],
    ["with a placeholder in a key", `${head}data:\n  "(( 'a' ))": b\n`, /a key holds a placeholder/],
    ["with an open placeholder", `${head}data:\n  a: "(( x"\n`, /unterminated placeholder/],
  ] as const) {
    it(`${title} is a problem of the policy`, () => {
      const { problem: found } = compileGeneratingPolicy(policy({ generate: [template(value)] }));
      assert.match(found ?? "", problem);
    });
  }
});
