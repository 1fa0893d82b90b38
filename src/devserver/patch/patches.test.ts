import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { builtinType } from "../builtin/builtin-types.ts";
import { ApiFailure } from "../errors/api-failure.ts";
import type { JsonObject } from "../json/json.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { applyStrategicMergePatch } from "./strategic-merge-patch.ts";

describe("JSON patch", () => {
  const base = { a: { b: [1, 2, 3] }, "x/y": "z" };
  const cases: readonly (readonly [string, readonly JsonObject[], unknown])[] = [
    ["adds to the end", [{ op: "add", path: "/a/b/-", value: 4 }], { a: { b: [1, 2, 3, 4] }, "x/y": "z" }],
    ["inserts", [{ op: "add", path: "/a/b/1", value: 9 }], { a: { b: [1, 9, 2, 3] }, "x/y": "z" }],
    ["removes", [{ op: "remove", path: "/a/b/0" }], { a: { b: [2, 3] }, "x/y": "z" }],
    [
      "replaces an escaped name",
      [{ op: "replace", path: "/x~1y", value: 1 }],
      { a: { b: [1, 2, 3] }, "x/y": 1 },
    ],
    ["moves", [{ op: "move", from: "/a/b", path: "/c" }], { a: {}, "x/y": "z", c: [1, 2, 3] }],
    ["copies", [{ op: "copy", from: "/a/b/2", path: "/c" }], { ...base, c: 3 }],
    ["tests", [{ op: "test", path: "/a/b/2", value: 3 }], base],
  ];
  for (const [what, patch, wanted] of cases) {
    test(`${what}, and leaves its input alone`, () => {
      const before = JSON.stringify(base);
      assert.deepEqual(applyJsonPatch(base, patch), wanted);
      assert.equal(JSON.stringify(base), before);
    });
  }
  for (const patch of [
    [{ op: "test", path: "/a", value: 1 }],
    [{ op: "remove", path: "/nothing" }],
    [{ op: "replace", path: "/a/b/7", value: 1 }],
    [{ op: "add", path: "/a/b/9", value: 1 }],
    [{ op: "add", path: "/no/where", value: 1 }],
  ]) {
    test(`refuses ${JSON.stringify(patch)} with 422`, () => {
      assert.throws(
        () => applyJsonPatch(base, patch),
        (error) => error instanceof ApiFailure && error.code === 422,
      );
    });
  }
  test("refuses what is no patch with 400", () => {
    for (const patch of [{}, [{ op: "jump", path: "/a" }], [{ op: "add", path: "a" }]]) {
      assert.throws(
        () => applyJsonPatch(base, patch),
        (error) => error instanceof ApiFailure && error.code === 400,
      );
    }
  });
});

test("a merge patch removes by null, merges objects and replaces the rest", () => {
  const merged = applyMergePatch(
    { a: { b: 1, c: 2 }, d: [1], e: 1 },
    { a: { b: null, x: { y: null, z: 1 } }, d: [2] },
  );
  assert.deepEqual(merged, { a: { c: 2, x: { z: 1 } }, d: [2], e: 1 });
});

describe("strategic merge patch", () => {
  const pod = builtinType("core.v1.Pod");
  const base = {
    metadata: { finalizers: ["a", "b"] },
    spec: {
      containers: [
        { name: "one", image: "1", ports: [{ containerPort: 80 }], args: ["x"] },
        { name: "two", image: "2" },
      ],
      volumes: [{ name: "v", emptyDir: {} }],
      nodeSelector: { a: "1" },
    },
  };
  const patched = (patch: JsonObject): JsonObject => applyStrategicMergePatch(base, patch, pod);
  const specOf = (patch: JsonObject): Record<string, unknown> =>
    patched({ spec: patch })["spec"] as Record<string, unknown>;

  test("merges lists by their keys and replaces lists without", () => {
    const { containers } = specOf({
      containers: [{ name: "one", args: ["y"], ports: [{ containerPort: 81 }] }],
    });
    assert.deepEqual(containers, [
      { name: "one", image: "1", ports: [{ containerPort: 80 }, { containerPort: 81 }], args: ["y"] },
      { name: "two", image: "2" },
    ]);
  });
  test("deletes an item, and replaces a whole list where told", () => {
    assert.deepEqual(specOf({ containers: [{ name: "one", $patch: "delete" }] })["containers"], [
      { name: "two", image: "2" },
    ]);
    assert.deepEqual(specOf({ containers: [{ $patch: "replace" }, { name: "new" }] })["containers"], [
      { name: "new" },
    ]);
  });
  test("keeps of a union only what it names", () => {
    const { volumes } = specOf({ volumes: [{ name: "v", $retainKeys: ["name", "secret"], secret: {} }] });
    assert.deepEqual(volumes, [{ name: "v", secret: {} }]);
  });
  test("deletes from, adds to and orders lists of plain values", () => {
    const removed = patched({
      metadata: { "$deleteFromPrimitiveList/finalizers": ["a"], finalizers: ["c"] },
    });
    assert.deepEqual(removed["metadata"], { finalizers: ["b", "c"] });
    const { containers } = specOf({ "$setElementOrder/containers": [{ name: "two" }, { name: "one" }] });
    assert.deepEqual(
      (containers as JsonObject[]).map(({ name }) => name),
      ["two", "one"],
    );
  });
  test("replaces or deletes a map where told, and removes by null", () => {
    assert.deepEqual(specOf({ nodeSelector: { $patch: "replace", b: "2" } })["nodeSelector"], { b: "2" });
    assert.equal(specOf({ nodeSelector: null })["nodeSelector"], undefined);
  });
  test("refuses an item without its key", () => {
    assert.throws(() => specOf({ containers: [{ image: "x" }] }), ApiFailure);
  });
});
