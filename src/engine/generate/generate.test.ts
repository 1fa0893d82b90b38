import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Generation } from "#api/kyverno/generate.ts";

import { input, policy } from "../evaluate.fixture.ts";
import type { JsonObject } from "../values/json.ts";
import type { CloneSources, SourceAnswer, SourceRequest } from "./clone-sources.ts";
import { compileGenerations } from "./compile-generations.ts";
import { configMap, makes, run, trigger } from "./generate.fixture.ts";
import { generate } from "./generate.ts";

const origin = {
  "app.kubernetes.io/managed-by": "kyverno",
  "generate.kyverno.io/policy-name": "p",
  "generate.kyverno.io/policy-namespace": "",
  "generate.kyverno.io/rule-name": "r",
  "generate.kyverno.io/trigger-version": "v1",
  "generate.kyverno.io/trigger-group": "",
  "generate.kyverno.io/trigger-kind": "Pod",
  "generate.kyverno.io/trigger-namespace": "shop",
  "generate.kyverno.io/trigger-uid": "u1",
};

describe("generate from data", () => {
  it("makes the object with its identity, labels and variables", () => {
    const block: Generation = {
      ...configMap,
      name: "{{ request.object.metadata.name }}-made",
      synchronize: true,
      data: {
        metadata: { labels: { own: "1" }, annotations: { a: "b" } },
        data: { of: "{{ request.object.metadata.name }}", n: "{{ length(request.object.spec.containers) }}" },
      },
    };
    const { responses, objects, failures } = run([makes(block)]);
    assert.deepEqual(failures, []);
    assert.deepEqual(responses, [
      { rule: "r", type: "generate", status: "pass", message: "", properties: {} },
    ]);
    assert.deepEqual(objects, [
      {
        rule: "r",
        target: { ...configMap, name: "web-made" },
        synchronize: true,
        object: {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: {
            name: "web-made",
            namespace: "shop",
            labels: { own: "1", ...origin },
            annotations: { a: "b" },
          },
          data: { of: "web", n: 2 },
        },
      },
    ]);
  });

  it("makes a bare object where the rule has no data, and one of the cluster without a namespace", () => {
    const [object] = run([makes({ apiVersion: "v1", kind: "Namespace", name: "n" })]).objects;
    assert.deepEqual(object?.object, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "n", labels: origin },
    });
    assert.equal(object.synchronize, false);
  });

  it("does not let the content change what the object is called", () => {
    const data = {
      apiVersion: "v9",
      metadata: { name: "x", namespace: "y", resourceVersion: "7", labels: { a: 1 } },
    };
    const [object] = run([makes({ ...configMap, data })]).objects;
    assert.deepEqual(object?.object, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "made", namespace: "shop", labels: origin },
    });
  });

  it("says why an object cannot be made, and makes the others", () => {
    const broken = {
      ...makes({ ...configMap, data: { a: "{{ request.object.spec.none }}" } }),
      name: "broken",
    };
    const { responses, objects, failures } = run([broken, makes(configMap)]);
    assert.deepEqual(
      responses.map(({ rule: name, status }) => [name, status]),
      [
        ["broken", "pass"],
        ["r", "pass"],
      ],
    );
    assert.equal(objects.length, 1);
    assert.deepEqual(failures, [
      {
        rule: "broken",
        message:
          'failed to resolve request.object.spec.none at path /data/a: JMESPath query failed: Unknown key "none" in path',
      },
    ]);
  });
});

describe("generate by foreach", () => {
  it("makes objects per element that meets the preconditions", () => {
    const { objects, failures } = run([
      makes({
        foreach: [
          {
            ...configMap,
            list: "request.object.spec.containers",
            context: [{ name: "n", variable: { jmesPath: "element.name" } }],
            preconditions: { all: [{ key: "{{ element.name }}", operator: "NotEquals", value: "b" }] },
            name: "{{ n }}-{{ elementIndex }}",
          },
          { ...configMap, list: "request.object.spec.none" },
          {
            ...configMap,
            list: "['x', 'y']",
            name: "{{ element.z.z }}{{ element }}",
            data: { k: "{{ none }}" },
          },
        ],
      }),
    ]);
    assert.deepEqual(
      objects.map(({ target }) => target.name),
      ["a-0"],
    );
    const [{ message } = { message: "" }] = failures;
    assert.match(
      message,
      /^failed to evaluate 1 foreach list: JMESPath query failed: Unknown key "none" in path; /,
    );
    assert.match(
      message,
      /; failed to process 2 foreach in rule r: failed to process 1 element: failed to resolve none /,
    );
  });
});

describe("generate by cloning", () => {
  const source: JsonObject = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: "s",
      namespace: "from",
      uid: "u2",
      resourceVersion: "5",
      creationTimestamp: "2024-01-01T00:00:00Z",
      finalizers: ["f"],
      ownerReferences: [{ uid: "o" }],
      managedFields: [{}],
      labels: { keep: "1" },
      annotations: { keep: "1", "kubectl.kubernetes.io/last-applied-configuration": "{}" },
    },
    data: { k: "dg==" },
    status: { x: 1 },
  };
  const clone: Generation = {
    apiVersion: "v1",
    kind: "Secret",
    namespace: "shop",
    name: "copy",
    clone: { namespace: "from", name: "s" },
  };
  const copied = {
    keep: "1",
    "generate.kyverno.io/clone-source": "",
    "generate.kyverno.io/source-group": "",
    "generate.kyverno.io/source-version": "v1",
    "generate.kyverno.io/source-kind": "Secret",
    "generate.kyverno.io/source-namespace": "from",
    "generate.kyverno.io/source-uid": "u2",
    ...origin,
  };

  function answering(answer: SourceAnswer): CloneSources & { readonly asked: SourceRequest[] } {
    const asked: SourceRequest[] = [];
    return { asked, find: (request) => (asked.push(request), answer) };
  }

  it("copies the content of a source and leaves behind what is the source's own", () => {
    const sources = answering({ kind: "objects", objects: [source] });
    const { objects } = run([makes(clone)], {}, sources);
    assert.deepEqual(sources.asked, [
      { request: "object", apiVersion: "v1", kind: "Secret", namespace: "from", name: "s" },
    ]);
    assert.deepEqual(objects[0]?.object, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "copy", namespace: "shop", labels: copied, annotations: { keep: "1" } },
      data: { k: "dg==" },
    });
    assert.deepEqual(objects[0].source, {
      apiVersion: "v1",
      kind: "Secret",
      namespace: "from",
      name: "s",
      uid: "u2",
    });
  });

  it("keeps owners within the namespace, and never copies an object onto itself", () => {
    const sources = answering({ kind: "objects", objects: [source] });
    const near = run([makes({ ...clone, namespace: "from" })], {}, sources).objects[0]?.object[
      "metadata"
    ] as JsonObject;
    assert.deepEqual(near["ownerReferences"], [{ uid: "o" }]);
    assert.deepEqual(run([makes({ ...clone, namespace: "from", name: "s" })], {}, sources).objects, []);
  });

  it("copies all sources of a list, under their own names", () => {
    const sources = answering({
      kind: "objects",
      objects: [source, { ...source, metadata: { name: "t", namespace: "shop" } }],
    });
    const selector = { matchLabels: { keep: "1" } };
    const cloneList = { namespace: "from", kinds: ["v1/Secret", "apps/v1/Deployment"], selector };
    const { objects } = run([makes({ namespace: "shop", cloneList })], {}, sources);
    assert.deepEqual(sources.asked, [
      { request: "objects", apiVersion: "v1", kind: "Secret", namespace: "from", selector },
      { request: "objects", apiVersion: "apps/v1", kind: "Deployment", namespace: "from", selector },
    ]);
    assert.deepEqual(
      objects.map(({ target }) => [target.kind, target.namespace, target.name]),
      [
        ["Secret", "shop", "s"],
        ["Secret", "shop", "s"],
      ],
    );
  });

  it("waits for sources, all of them at once", () => {
    const rules = [
      makes(clone),
      { ...makes({ ...clone, clone: { namespace: "from", name: "z" } }), name: "z" },
    ];
    const result = generate(
      compileGenerations(policy(rules)),
      input(trigger),
      answering({ kind: "pending" }),
    );
    assert.ok(result.kind === "pending");
    assert.deepEqual(
      result.sources.map((one) => (one.request === "object" ? one.name : "")),
      ["s", "z"],
    );
  });

  const failures: readonly [answer: SourceAnswer, message: string][] = [
    [
      { kind: "objects", objects: [] },
      "source resource v1/Secret/shop/copy not found: there is no v1/Secret/from/s",
    ],
    [{ kind: "failed", message: "forbidden" }, "source resource v1/Secret/shop/copy not found: forbidden"],
  ];
  for (const [answer, message] of failures) {
    it(`fails where the source is ${answer.kind === "failed" ? "not to be had" : "not there"}`, () => {
      assert.deepEqual(run([makes(clone)], {}, answering(answer)).failures, [{ rule: "r", message }]);
    });
  }

  it("stays in its own namespace where the policy is namespaced", () => {
    const own = (block: Generation) => {
      const document = {
        ...policy([makes(block)]),
        kind: "Policy",
        metadata: { name: "p", namespace: "shop" },
      } as const;
      const result = generate(
        compileGenerations(document),
        input(trigger),
        answering({ kind: "objects", objects: [source] }),
      );
      return result.kind === "pending" ? [] : result.failures.map(({ message }) => message);
    };
    assert.deepEqual(own(clone), [
      "a namespaced policy cannot clone resources from other namespaces, expected: shop, received: from",
    ]);
    assert.deepEqual(own({ ...configMap, namespace: "other" }), [
      "a namespaced policy cannot generate resources in other namespaces, expected: shop, received: other",
    ]);
    assert.deepEqual(own(configMap), []);
  });
});
