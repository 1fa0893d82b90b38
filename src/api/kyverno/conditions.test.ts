import assert from "node:assert/strict";
import { it } from "node:test";
import { decodeConditionBlock } from "./conditions.ts";

const condition = { key: "{{ a }}", operator: "Equal", value: [1, null], message: "m" };

const cases: readonly [string, unknown, boolean][] = [
  ["any and all", { any: [condition], all: [] }, true],
  ["the old plain list", [condition], true],
  ["an empty object", {}, true],
  ["a condition without key", [{ operator: "Equals", value: 1 }], true],
  ["text", "true", false],
  ["a list in a list", [[condition]], false],
  ["an operator that is no text", { all: [{ operator: 1 }] }, false],
];
for (const [title, value, ok] of cases) {
  it(`${ok ? "accepts" : "refuses"} ${title} as a condition block`, () => {
    assert.equal(decodeConditionBlock(value).ok, ok);
  });
}
