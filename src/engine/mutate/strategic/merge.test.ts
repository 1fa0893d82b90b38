import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Budget, BudgetExceeded } from "../../budget.ts";
import type { Json, JsonObject } from "../../values/json.ts";
import { PatchError } from "../patch-error.ts";
import { strategicMerge } from "./merge.ts";

function merge(base: JsonObject, patch: JsonObject): Json | undefined {
  return strategicMerge(base, patch, new Budget());
}

function pod(spec: JsonObject): JsonObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec };
}

function mergeSpec(base: JsonObject, patch: JsonObject): unknown {
  const merged = merge(pod(base), { spec: patch }) as { readonly spec?: unknown };
  return merged.spec;
}

type Case = readonly [title: string, base: JsonObject, patch: JsonObject, expected: unknown];

describe("strategicMerge of objects", () => {
  const cases: readonly Case[] = [
    ["adds what is new", { a: 1 }, { b: { c: 2 } }, { a: 1, b: { c: 2 } }],
    ["replaces scalars", { a: 1, b: "x" }, { a: 2 }, { a: 2, b: "x" }],
    ["deletes by null", { a: 1, b: { c: 1, d: 2 } }, { a: null, b: { c: null } }, { b: { d: 2 } }],
    ["deletes nothing by a null for what is not there", { a: 1 }, { b: null }, { a: 1 }],
    [
      "drops the nulls of a new object, not those within a new list",
      {},
      { a: { b: null, c: [null] } },
      { a: { c: [null] } },
    ],
    ["puts an object in the place of a null", { a: null }, { a: { b: 1 } }, { a: { b: 1 } }],
    ["keeps a null that the patch does not name", { a: null, b: 1 }, { b: 2 }, { a: null, b: 2 }],
    ["deletes by directive", { a: { b: 1 }, c: 1 }, { a: { $patch: "delete" } }, { c: 1 }],
    ["replaces by directive", { a: { b: 1 } }, { a: { $patch: "replace", c: 2 } }, { a: { c: 2 } }],
    ["merges by directive", { a: { b: 1 } }, { a: { $patch: "merge", c: 2 } }, { a: { b: 1, c: 2 } }],
    ["keeps a text a text", { a: "1", b: "true" }, { a: 2, b: false }, { a: "2", b: "false" }],
    ["puts a text in the place of a number", { a: 1 }, { a: "2" }, { a: "2" }],
    [
      "knows __proto__ as a key",
      JSON.parse('{"__proto__":{"a":1}}') as JsonObject,
      JSON.parse('{"__proto__":{"b":2}}') as JsonObject,
      JSON.parse('{"__proto__":{"a":1,"b":2}}'),
    ],
  ];
  for (const [title, base, patch, expected] of cases) {
    it(title, () => assert.deepEqual(merge(base, patch), expected));
  }

  it("leaves the order of keys and everything untouched as it was", () => {
    const untouched = { z: 1, a: [{ b: null }], big: 12345678901234567890n };
    const base = { z: untouched, m: 1, a: "x" };
    const merged = merge(base, { m: 2, k: 3, b: 4 }) as JsonObject;
    assert.deepEqual(Object.keys(merged), ["z", "m", "a", "b", "k"]);
    assert.equal(merged["z"], untouched);
  });

  it("gives the object itself where nothing changes", () => {
    const base = pod({ containers: [{ name: "a", image: "x", env: [{ name: "E", value: "1" }] }] });
    assert.equal(merge(base, {}), base);
    assert.equal(merge(base, { spec: { containers: [{ name: "a", image: "x" }] } }), base);
  });

  const refused: readonly [title: string, base: JsonObject, patch: JsonObject][] = [
    ["an object for a scalar", { a: 1 }, { a: { b: 1 } }],
    ["a scalar for an object", { a: { b: 1 } }, { a: 1 }],
    ["a list for an object", { a: {} }, { a: [] }],
    ["a scalar for a list", { a: [1] }, { a: 1 }],
    ["an unknown directive", { a: {} }, { a: { $patch: "retain" } }],
  ];
  for (const [title, base, patch] of refused) {
    it(`refuses ${title}`, () => assert.throws(() => merge(base, patch), PatchError));
  }

  it("stops at a nesting that is unreasonable", () => {
    const deep = (): JsonObject => JSON.parse('{"a":'.repeat(400) + "1" + "}".repeat(400)) as JsonObject;
    assert.throws(() => merge(deep(), deep()), BudgetExceeded);
  });
});

describe("strategicMerge of lists that merge", () => {
  const cases: readonly Case[] = [
    [
      "puts elements of the patch first, in its order, then the others",
      { containers: [{ name: "a", image: "1" }, { name: "b" }, { name: "c" }] },
      { containers: [{ name: "c", image: "2" }, { name: "n" }] },
      { containers: [{ name: "c", image: "2" }, { name: "n" }, { name: "a", image: "1" }, { name: "b" }] },
    ],
    [
      "takes an element away by directive",
      { containers: [{ name: "a" }, { name: "b" }] },
      { containers: [{ name: "a", $patch: "delete" }] },
      { containers: [{ name: "b" }] },
    ],
    [
      "keeps an element that the patch wants to replace, as Kyverno does",
      { containers: [{ name: "a", image: "1" }] },
      { containers: [{ name: "a", $patch: "replace", image: "2" }] },
      { containers: [{ name: "a", image: "1" }] },
    ],
    [
      "replaces the list by an element that is only a directive",
      { containers: [{ name: "a" }, { name: "b" }] },
      { containers: [{ name: "c" }, { $patch: "replace" }] },
      { containers: [{ name: "c" }] },
    ],
    [
      "deletes the list by such an element",
      { volumes: [{ name: "a" }] },
      { volumes: [{ $patch: "delete" }] },
      {},
    ],
    [
      "is emptied by an element without its key, as with Kyverno",
      { containers: [{ name: "a" }] },
      { containers: [{ image: "x" }] },
      { containers: [] },
    ],
    [
      "tells ports apart by number and protocol",
      {
        containers: [
          {
            name: "a",
            ports: [
              { containerPort: 53, protocol: "UDP" },
              { containerPort: 53, protocol: "TCP" },
            ],
          },
        ],
      },
      { containers: [{ name: "a", ports: [{ containerPort: 53, protocol: "TCP", hostPort: 1 }] }] },
      {
        containers: [
          {
            name: "a",
            ports: [
              { containerPort: 53, protocol: "UDP" },
              { containerPort: 53, protocol: "TCP", hostPort: 1 },
            ],
          },
        ],
      },
    ],
    [
      "merges volume mounts by path",
      { containers: [{ name: "a", volumeMounts: [{ mountPath: "/a", name: "x" }] }] },
      { containers: [{ name: "a", volumeMounts: [{ mountPath: "/b", name: "y" }] }] },
      {
        containers: [
          {
            name: "a",
            volumeMounts: [
              { mountPath: "/b", name: "y" },
              { mountPath: "/a", name: "x" },
            ],
          },
        ],
      },
    ],
    [
      "replaces lists without keys",
      { tolerations: [{ key: "a" }], nodeSelector: {} },
      { tolerations: [{ key: "b" }] },
      { tolerations: [{ key: "b" }], nodeSelector: {} },
    ],
    [
      "replaces lists that got their keys after 1.21",
      { resourceClaims: [{ name: "a" }] },
      { resourceClaims: [{ name: "b" }] },
      { resourceClaims: [{ name: "b" }] },
    ],
  ];
  for (const [title, base, patch, expected] of cases) {
    it(title, () => assert.deepEqual(mergeSpec(base, patch), expected));
  }

  it("merges finalizers by value and owners by uid", () => {
    const metadata = { finalizers: ["a", "b"], ownerReferences: [{ uid: "1", name: "x" }] };
    const patch = { finalizers: ["c", "a"], ownerReferences: [{ uid: "1", controller: true }] };
    assert.deepEqual(merge({ ...pod({}), metadata }, { metadata: patch }), {
      ...pod({}),
      metadata: { finalizers: ["c", "a", "b"], ownerReferences: [{ uid: "1", name: "x", controller: true }] },
    });
  });

  const kinds: readonly [
    apiVersion: string,
    kind: string,
    path: readonly string[],
    key: string,
    merges: boolean,
  ][] = [
    ["apps/v1", "Deployment", ["spec", "template", "spec", "containers"], "name", true],
    ["batch/v1", "CronJob", ["spec", "jobTemplate", "spec", "template", "spec", "volumes"], "name", true],
    ["v1", "Service", ["spec", "ports"], "port", true],
    ["v1", "ServiceAccount", ["secrets"], "name", true],
    ["v1", "Node", ["status", "addresses"], "type", true],
    ["storage.k8s.io/v1", "CSINode", ["spec", "drivers"], "name", true],
    ["admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", ["webhooks"], "name", true],
    ["v1", "ConfigMap", ["metadata", "ownerReferences"], "uid", true],
    ["v1", "Pod", ["spec", "hostAliases"], "ip", true],
    ["rbac.authorization.k8s.io/v1", "Role", ["rules"], "name", false],
    ["v1", "Endpoints", ["subsets"], "name", false],
    ["example.org/v1", "Widget", ["metadata", "ownerReferences"], "uid", false],
    ["example.org/v1", "Deployment", ["spec", "template", "spec", "containers"], "name", false],
    ["policy/v1", "PodDisruptionBudget", ["status", "conditions"], "type", true],
  ];
  for (const [apiVersion, kind, path, key, merges] of kinds) {
    it(`${merges ? "merges" : "replaces"} ${path.join(".")} of ${apiVersion} ${kind}`, () => {
      const at = (value: Json): JsonObject =>
        path.reduceRight<Json>((inner, name) => ({ [name]: inner }), value) as JsonObject;
      const merged = merge({ apiVersion, kind, ...at([{ [key]: "1" }]) }, at([{ [key]: "2" }]));
      const expected = merges ? [{ [key]: "2" }, { [key]: "1" }] : [{ [key]: "2" }];
      assert.deepEqual(merged, { apiVersion, kind, ...at(expected) });
    });
  }

  it("knows an object within a custom resource by its own apiVersion and kind", () => {
    const inner = (name: string) => ({ apiVersion: "v1", kind: "Pod", spec: { containers: [{ name }] } });
    const base = { apiVersion: "example.org/v1", kind: "Widget", spec: { template: inner("a") } };
    const merged = merge(base, { spec: { template: { spec: { containers: [{ name: "b" }] } } } });
    assert.deepEqual(merged, {
      ...base,
      spec: { template: { ...inner("a"), spec: { containers: [{ name: "b" }, { name: "a" }] } } },
    });
  });

  it("drops repetitions of a list that merges, the last one counts", () => {
    const env = [
      { name: "E", value: "1" },
      { name: "E", value: "2" },
    ];
    assert.deepEqual(mergeSpec({ containers: [{ name: "a", env }] }, { hostNetwork: true }), {
      containers: [{ name: "a", env: [{ name: "E", value: "2" }] }],
      hostNetwork: true,
    });
  });
});
