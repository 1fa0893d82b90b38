import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Budget } from "../../budget.ts";
import type { JsonObject } from "../../values/json.ts";
import { PatchError } from "../patch-error.ts";
import { applyStrictPatch, PatchTestFailed } from "./apply-strict-patch.ts";
import type { JsonPatchOperation } from "./decode-json-patch.ts";

function apply(object: JsonObject, ...operations: readonly JsonPatchOperation[]): JsonObject {
  return applyStrictPatch(object, operations, { numbers: "int64", budget: new Budget() });
}

describe("JSON patches as the API server applies them", () => {
  const cases: readonly [string, JsonObject, readonly JsonPatchOperation[], JsonObject][] = [
    ["add a key", { a: {} }, [{ op: "add", path: "/a/b", value: 1 }], { a: { b: 1 } }],
    ["add to a list", { a: [1] }, [{ op: "add", path: "/a/-", value: 2 }], { a: [1, 2] }],
    ["insert into a list", { a: [1] }, [{ op: "add", path: "/a/0", value: 2 }], { a: [2, 1] }],
    ["remove", { a: 1, b: 2 }, [{ op: "remove", path: "/a" }], { b: 2 }],
    ["replace, also what is missing", {}, [{ op: "replace", path: "/a", value: 1 }], { a: 1 }],
    ["move", { a: 1 }, [{ op: "move", from: "/a", path: "/b" }], { b: 1 }],
    ["copy", { a: [1] }, [{ op: "copy", from: "/a/0", path: "/b" }], { a: [1], b: 1 }],
    [
      "test",
      { a: 1 },
      [
        { op: "test", path: "/a", value: 1 },
        { op: "remove", path: "/a" },
      ],
      {},
    ],
    ["unescape keys", { "x/y": 1 }, [{ op: "remove", path: "/x~1y" }], {}],
  ];
  for (const [title, object, operations, expected] of cases) {
    it(title, () => assert.deepEqual(apply(object, ...operations), expected));
  }

  const refused: readonly [string, JsonObject, JsonPatchOperation, string][] = [
    [
      "make no parents",
      {},
      { op: "add", path: "/a/b", value: 1 },
      'add operation does not apply: doc is missing path: "/a/b": missing value',
    ],
    [
      "remove nothing that is missing",
      {},
      { op: "remove", path: "/a" },
      "error in remove for path: '/a': Unable to remove nonexistent key: a: missing value",
    ],
    [
      "remove nothing behind the end",
      { a: [] },
      { op: "remove", path: "/a/0" },
      "error in remove for path: '/a/0': Unable to access invalid index: 0: invalid index referenced",
    ],
    [
      "replace nothing behind the end",
      { a: [] },
      { op: "replace", path: "/a/0", value: 1 },
      "replace operation does not apply: doc is missing key: /a/0: missing value",
    ],
    [
      "add to no root",
      {},
      { op: "add", path: "", value: {} },
      'add operation does not apply: doc is missing path: "": missing value',
    ],
    [
      "copy no root",
      {},
      { op: "copy", from: "", path: "/a" },
      "copy operation does not apply: doc is missing from path: : missing value",
    ],
    [
      "move nothing that is missing",
      {},
      { op: "move", from: "/a", path: "/b" },
      "error in move for path: 'a': Unable to remove nonexistent key: a: missing value",
    ],
  ];
  for (const [title, object, operation, message] of refused) {
    it(title, () => assert.throws(() => apply(object, operation), new PatchError(message)));
  }

  it("tell a failed test from other failures", () => {
    assert.throws(() => apply({ a: 1 }, { op: "test", path: "/a", value: 2 }), PatchTestFailed);
    assert.throws(() => apply({}, { op: "test", path: "/a", value: null }), PatchTestFailed);
    assert.throws(
      () => apply({}, { op: "test", path: "/a/b", value: 1 }),
      (error) => error instanceof PatchError && !(error instanceof PatchTestFailed),
    );
  });
});
