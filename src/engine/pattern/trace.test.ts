import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Budget } from "../budget.ts";
import type { Json } from "../values/json.ts";
import { compilePattern, matchPattern } from "./match-pattern.ts";
import type { PatternMiss } from "./mismatch.ts";

function missesOf(pattern: Json, resource: Json): readonly PatternMiss[] {
  const misses: PatternMiss[] = [];
  matchPattern(compilePattern(pattern, { numbers: "float64" }), resource, {
    numbers: "float64",
    budget: new Budget(),
    trace: (miss) => misses.push(miss),
  });
  return misses;
}

const cases: readonly (readonly [title: string, pattern: Json, resource: Json, misses: readonly Json[]])[] = [
  [
    "a value that is another",
    { spec: { replicas: ">1" } },
    { spec: { replicas: 1 } },
    [{ keys: ["spec", "replicas"], need: { kind: "value", pattern: ">1" }, found: 1 }],
  ],
  [
    "a value that must be there",
    { spec: { a: "*" } },
    { spec: {} },
    [{ keys: ["spec", "a"], need: { kind: "present" } }],
  ],
  [
    "a field that must not be",
    { "X(a)": "null" },
    { a: 1 },
    [{ keys: ["a"], need: { kind: "absent" }, found: 1 }],
  ],
  [
    "a text in place of an object",
    { a: { b: "c" } },
    { a: "x" },
    [{ keys: ["a"], need: { kind: "object" }, found: "x" }],
  ],
  [
    "an object in place of a list",
    { a: [{ b: "c" }] },
    { a: {} },
    [{ keys: ["a"], need: { kind: "list" }, found: {} }],
  ],
  [
    "the element of a list",
    { a: [{ b: "c" }] },
    { a: [{ b: "c" }, { b: "d" }] },
    [{ keys: ["a", 1, "b"], need: { kind: "value", pattern: "c" }, found: "d" }],
  ],
  [
    "a list without an element that fits, after what its elements lack",
    { "^(a)": [{ b: "c" }] },
    { a: [{ b: "d" }] },
    [
      { keys: ["a", 0, "b"], need: { kind: "value", pattern: "c" }, found: "d" },
      { keys: ["a"], need: { kind: "someElement" }, found: [{ b: "d" }] },
    ],
  ],
  [
    "the key of a conditional anchor",
    { "(a)": "x", b: "y" },
    { b: "z" },
    [{ keys: ["a"], need: { kind: "key" } }],
  ],
];

describe("the trace of a match", () => {
  for (const [title, pattern, resource, misses] of cases) {
    it(`tells of ${title}`, () => {
      assert.deepEqual(JSON.parse(JSON.stringify(missesOf(pattern, resource))), misses);
    });
  }

  it("says nothing of what matches", () => {
    assert.deepEqual(missesOf({ a: "b" }, { a: "b" }), []);
  });
});
