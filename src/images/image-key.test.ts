import assert from "node:assert/strict";
import { test } from "node:test";
import { imageKey } from "./image-key.ts";

test("equal values have equal keys whatever the order of their fields", () => {
  assert.equal(imageKey({ a: 1, b: [{ c: 2, d: undefined }] }), imageKey({ b: [{ c: 2 }], a: 1 }));
});

for (const [left, right] of [
  [{ a: "1" }, { a: 1 }],
  [
    ["a", "b"],
    ["b", "a"],
  ],
  [["a,b"], ["a", "b"]],
  [{ a: { b: 1 } }, { a: 1, b: 1 }],
  [null, "null"],
]) {
  test(`${JSON.stringify(left)} is not ${JSON.stringify(right)}`, () =>
    assert.notEqual(imageKey(left), imageKey(right)));
}
