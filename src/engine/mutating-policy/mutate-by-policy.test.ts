import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ContextSource } from "../context/context-source.ts";
import { input, web } from "../evaluate.fixture.ts";
import { isObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { apply, compiled, mutateWeb, mutatingPolicy, patch } from "./mutating-policy.fixture.ts";
import { compileMutatingPolicy } from "./compile-mutating-policy.ts";
import { mutateByPolicy } from "./mutate-by-policy.ts";

const labels = (object: JsonObject): Json | undefined => {
  const { metadata } = object;
  return metadata !== undefined && isObject(metadata) ? metadata["labels"] : undefined;
};

const addLabel = apply(`Object{metadata: Object.metadata{labels: Object.metadata.labels{a: "b"}}}`);
const passed = [["", "pass", "success"]];
const failure = (message: string) => [["evaluation", "error", `failed to evaluate policy: ${message}`]];

describe("a MutatingPolicy", () => {
  it("merges an apply configuration", () => {
    const { verdicts, object } = mutateWeb({ mutations: [addLabel] });
    assert.deepEqual(verdicts, passed);
    assert.deepEqual(labels(object), { app: "web", a: "b" });
  });

  it("takes maps for the content of fields", () => {
    const { object } = mutateWeb({
      mutations: [apply(`Object{metadata: Object.metadata{labels: {"x/y": "1"}}}`)],
    });
    assert.deepEqual(labels(object), { app: "web", "x/y": "1" });
  });

  it("leaves out optional fields without a value", () => {
    const expression = `Object{metadata: Object.metadata{?labels: optional.none()}, spec: Object.spec{?nodeName: optional.of("n")}}`;
    const { object } = mutateWeb({ mutations: [apply(expression)] });
    assert.deepEqual(object, { ...web, spec: { ...(web["spec"] as JsonObject), nodeName: "n" } });
  });

  it("merges containers by their names", () => {
    const expression = `Object{spec: Object.spec{containers: object.spec.containers.map(c,
      Object.spec.containers{name: c.name, image: "registry/" + c.image})}}`;
    const { object } = mutateWeb({ mutations: [apply(expression)] });
    assert.deepEqual((object["spec"] as JsonObject)["containers"], [
      { name: "a", image: "registry/nginx:1", ports: [{ containerPort: 80 }] },
      { name: "b", image: "registry/ghcr.io/x/y" },
    ]);
  });

  it("carries out a JSON patch", () => {
    const { verdicts, object } = mutateWeb({
      mutations: [
        patch(`[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("x/y"), value: "1"},
          JSONPatch{op: "remove", path: "/metadata/labels/app"},
          JSONPatch{op: "add", path: "/spec/securityContext", value: Object.spec.securityContext{runAsUser: 1}}]`),
      ],
    });
    assert.deepEqual(verdicts, passed);
    assert.deepEqual(labels(object), { "x/y": "1" });
    assert.deepEqual((object["spec"] as JsonObject)["securityContext"], { runAsUser: 1 });
  });

  it("does nothing for a patch whose test does not hold, and goes on", () => {
    const { verdicts, object } = mutateWeb({
      mutations: [
        patch(
          `[JSONPatch{op: "remove", path: "/metadata/labels"}, JSONPatch{op: "test", path: "/kind", value: "X"}]`,
        ),
        addLabel,
      ],
    });
    assert.deepEqual(verdicts, passed);
    assert.deepEqual(labels(object), { app: "web", a: "b" });
  });

  it("shows each mutation what those before it made, and variables what was there at their first use", () => {
    const { object } = mutateWeb({
      variables: [{ name: "count", expression: "size(object.metadata.labels)" }],
      mutations: [
        addLabel,
        apply(
          `Object{metadata: Object.metadata{labels: {"now": string(size(object.metadata.labels)), "old": string(variables.count)}}}`,
        ),
        apply(`Object{metadata: Object.metadata{labels: {"later": string(variables.count)}}}`),
      ],
    });
    assert.deepEqual(labels(object), { app: "web", a: "b", now: "2", old: "2", later: "2" });
  });

  it("shows variables to match conditions", () => {
    const { verdicts, object } = mutateWeb({
      variables: [{ name: "no", expression: "false" }],
      matchConditions: [{ name: "c", expression: "variables.no" }],
      mutations: [addLabel],
    });
    assert.deepEqual(verdicts, [["", "skip", "skip"]]);
    assert.equal(object, web);
  });

  it("has an empty map where there is no old object, also in the request", () => {
    const { verdicts } = mutateWeb({
      matchConditions: [{ name: "c", expression: "oldObject == {} && request.oldObject == {}" }],
      mutations: [addLabel],
    });
    assert.deepEqual(verdicts, passed);
  });

  it("has audit annotations that see the result", () => {
    const spec = {
      mutations: [addLabel],
      auditAnnotations: [{ key: "k", valueExpression: "string(object.metadata.labels.a)" }],
    };
    const result = mutateByPolicy(compiled(spec), input(web));
    assert.deepEqual(result.kind === "completed" && result.responses[0]?.properties, { k: "b" });
  });

  const failures: readonly [title: string, expression: string, message: string][] = [
    ["an expression", `Object{metadata: object.none}`, "no such key: none"],
    [
      "a literal in the wrong place",
      `Object{metadata: Object.spec{labels: {"a": "b"}}}`,
      'type mismatch: unexpected type name "Object.spec", expected "Object.metadata", which matches field name path from root Object type',
    ],
    [
      "an atomic list",
      `Object{spec: Object.spec{tolerations: [Object.spec.tolerations{key: "x"}]}}`,
      "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.tolerations",
    ],
    [
      "a null",
      `Object{spec: Object.spec{nodeName: null}}`,
      "error applying patch: failed to convert patch object to typed object: .spec.nodeName: expected string, got &value.valueUnstructured{Value:0}",
    ],
    [
      "a null as a key",
      `Object{spec: Object.spec{containers: [Object.spec.containers{name: null}]}}`,
      "error applying patch: failed to convert patch object to typed object: .spec.containers[name={{undefined}}].name: expected string, got &value.valueUnstructured{Value:0}",
    ],
    [
      "a field that there is not",
      `Object{spec: Object.spec{other: 1}}`,
      "error applying patch: failed to convert patch object to typed object: .spec.other: field not declared in schema",
    ],
  ];
  for (const [title, expression, message] of failures) {
    it(`fails for ${title} and leaves the object`, () => {
      const { verdicts, object } = mutateWeb({ mutations: [addLabel, apply(expression)] });
      assert.deepEqual(verdicts, failure(message));
      assert.equal(object, web);
    });
  }

  it("fails for a patch that does not apply", () => {
    const { verdicts } = mutateWeb({
      mutations: [patch(`[JSONPatch{op: "add", path: "/metadata/annotations/a", value: "b"}]`)],
    });
    assert.deepEqual(
      verdicts,
      failure(
        'JSON Patch: add operation does not apply: doc is missing path: "/metadata/annotations/a": missing value',
      ),
    );
  });

  it("ends at its budget where a small expression makes a huge object", () => {
    const binds = Array.from(
      { length: 30 },
      (_, index) => `cel.bind(a${index + 1}, [a${index}, a${index}], `,
    );
    const expression = `cel.bind(a0, ["x"], ${binds.join("")}Object{spec: Object.spec{nodeName: a30}}${")".repeat(31)}`;
    const { verdicts, object } = mutateWeb({ mutations: [apply(expression)] });
    assert.deepEqual(
      verdicts.map(([, status, message]) => [status, message]),
      [["error", "evaluation stopped after 2000000 steps"]],
    );
    assert.equal(object, web);
  });

  it("replaces atomic lists where it asks for server-side apply", () => {
    const { verdicts } = mutateWeb({
      evaluation: { useServerSideApply: true },
      mutations: [apply(`Object{spec: Object.spec{tolerations: [Object.spec.tolerations{key: "x"}]}}`)],
    });
    assert.deepEqual(verdicts, passed);
  });

  describe("on a custom kind", () => {
    const widget = {
      apiVersion: "x.io/v1",
      kind: "Widget",
      metadata: { name: "w", namespace: "shop" },
      spec: { parts: [{ name: "a", size: 1 }] },
    };
    const expression = `Object{spec: Object.spec{parts: [Object.spec.parts{name: "a", size: 2}]}}`;
    const spec = { mutations: [apply(expression)] };
    const part = { type: "object", properties: { name: { type: "string" }, size: { type: "integer" } } };
    const parts = {
      type: "array",
      items: part,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
    };
    const properties = {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { type: "object" },
      spec: { type: "object", properties: { parts } },
    };
    const schema = {
      type: "object",
      properties,
      "x-kubernetes-group-version-kind": [{ group: "x.io", version: "v1", kind: "Widget" }],
    };
    const published = { components: { schemas: { "io.x.v1.Widget": schema } } };

    it("asks the API server how its objects merge", () => {
      const asked: string[] = [];
      const context: ContextSource = {
        lookUp(request) {
          asked.push(request.kind === "apiCall" ? request.urlPath : request.kind);
          return { kind: "value", value: published };
        },
      };
      const { verdicts, object } = mutateWeb(spec, { resource: widget, context });
      assert.deepEqual(verdicts, passed);
      assert.deepEqual(object["spec"], { parts: [{ name: "a", size: 2 }] });
      assert.deepEqual(asked, ["/openapi/v3/apis/x.io/v1"]);
    });

    it("waits for that", () => {
      const context: ContextSource = { lookUp: () => ({ kind: "pending" }) };
      const result = mutateByPolicy(compiled(spec), input(widget, { context }));
      assert.deepEqual(result, {
        kind: "pending",
        requests: [{ kind: "apiCall", method: "GET", urlPath: "/openapi/v3/apis/x.io/v1" }],
      });
    });

    it("fails where that cannot be had", () => {
      const { verdicts } = mutateWeb(spec, { resource: widget });
      assert.deepEqual(verdicts, failure("error applying patch: type converter must not be nil"));
    });
  });

  it("says what cannot be compiled, for the objects that it is for", () => {
    const spec = { mutations: [apply("Object{")] };
    const policy = compiled(spec);
    assert.match(
      policy.policy.problems[0]?.message ?? "",
      /^mutations\[0\]\.applyConfiguration\.expression: /,
    );
    assert.equal(mutateWeb(spec).verdicts[0]?.[1], "error");
    const other = { ...web, kind: "Service" };
    const gvk = { group: "", version: "v1", kind: "Service" };
    assert.deepEqual(mutateWeb(spec, { resource: other, gvk }).verdicts, []);
  });

  it("of a namespace changes nothing outside it", () => {
    const policy = compileMutatingPolicy({
      ...mutatingPolicy({ mutations: [addLabel] }),
      apiVersion: "policies.kyverno.io/v1",
      kind: "NamespacedMutatingPolicy",
      metadata: { name: "p", namespace: "other" },
    });
    const result = mutateByPolicy(policy, input(web));
    assert.deepEqual(result, { kind: "completed", responses: [], object: web });
  });
});

describe("a MutatingPolicy for pods, on pod controllers", () => {
  const deployment: JsonObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "d", namespace: "shop" },
    spec: {
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "a", image: "i" }] } },
    },
  };
  const onDeployment = {
    resource: deployment,
    gvk: { group: "apps", version: "v1", kind: "Deployment" },
  };

  it("changes the template", () => {
    const expression = `Object{spec: Object.spec{containers: object.spec.containers.map(c, Object.spec.containers{name: c.name, tty: true})}}`;
    const { verdicts, object } = mutateWeb({ mutations: [apply(expression)] }, onDeployment);
    assert.deepEqual(verdicts, passed);
    assert.deepEqual(object["spec"], {
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "a", image: "i", tty: true }] },
      },
    });
  });

  it("names literals of metadata wrongly, as Kyverno does", () => {
    const { verdicts } = mutateWeb({ mutations: [addLabel] }, onDeployment);
    assert.deepEqual(
      verdicts,
      failure(
        'type mismatch: unexpected type name "Object.metadata", expected "Object.spec.template.metadata", which matches field name path from root Object type',
      ),
    );
  });

  it("does not rewrite JSON patches", () => {
    const { verdicts } = mutateWeb(
      {
        mutations: [
          patch(
            `[JSONPatch{op: "add", path: "/spec/nodeName", value: object.spec.template.metadata.labels.app}]`,
          ),
        ],
      },
      onDeployment,
    );
    assert.deepEqual(verdicts, passed);
  });
});

describe("what reports say of a MutatingPolicy", () => {
  const judge = (expression: string) => {
    const { policy } = compiled({ mutations: [apply(expression)] });
    const evaluation = policy.judge?.(input(web));
    return evaluation?.kind === "completed"
      ? evaluation.responses.map(({ status, message }) => [status, message])
      : undefined;
  };

  it("is a pass where the object is as it should be", () => {
    assert.deepEqual(judge(`Object{metadata: Object.metadata{labels: {"app": "web"}}}`), [
      ["pass", "success"],
    ]);
  });

  it("is a fail where the policy would change it", () => {
    assert.deepEqual(judge(`Object{metadata: Object.metadata{labels: {"app": "x"}}}`), [
      ["fail", "mutation is not applied"],
    ]);
  });

  it("is nothing for a policy that changes existing objects by itself", () => {
    const { policy } = compiled({
      mutations: [addLabel],
      evaluation: { mutateExisting: { enabled: true } },
    });
    assert.deepEqual(policy.judge?.(input(web)), { kind: "completed", responses: [] });
    assert.match(policy.backgroundProblem ?? "", /mutateExisting is on/);
  });
});
