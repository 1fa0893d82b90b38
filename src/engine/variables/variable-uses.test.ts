import assert from "node:assert/strict";
import { test } from "node:test";
import { listVariables } from "./variable-uses.ts";

test("variables of values and keys are listed with their paths", () => {
  const document = { "{{ a }}": ["x {{ b }} {{- c }}", 1], d: { e: "\\{{ f }}" } };
  assert.deepEqual(listVariables(document), [
    { expression: "a", path: "" },
    { expression: "b", path: "/{{ a }}/0" },
    { expression: "c", path: "/{{ a }}/0" },
  ]);
});

test("of nested variables both are listed, with a name for the inner one", () => {
  assert.deepEqual(
    listVariables("{{ request.userInfo.{{ x }} }}").map((use) => use.expression),
    ["x", "request.userInfo.nested"],
  );
});

test("variables that touch are both listed", () => {
  assert.deepEqual(
    listVariables("{{ a }}{{ b }}").map((use) => use.expression),
    ["a", "b"],
  );
});
