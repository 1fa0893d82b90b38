import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Budget } from "../budget.ts";
import type { Json } from "../values/json.ts";
import { compilePattern, matchPattern } from "./match-pattern.ts";
import type { PatternResult } from "./match-pattern.ts";

function match(pattern: Json, resource: Json): PatternResult {
  const compiled = compilePattern(pattern, { numbers: "int64" });
  return matchPattern(compiled, resource, { numbers: "int64", budget: new Budget() });
}

interface Case {
  readonly title: string;
  readonly pattern: Json;
  readonly resource: Json;
  readonly expected: PatternResult;
}

function run(cases: readonly Case[]): void {
  for (const { title, pattern, resource, expected } of cases) {
    it(title, () => assert.deepEqual(match(pattern, resource), expected));
  }
}

const pass: PatternResult = { kind: "pass" };
const fail = (path: string, message: string): PatternResult => ({ kind: "fail", path, message });
const error = (message: string): PatternResult => ({ kind: "error", message });

describe("a pattern without anchors", () => {
  run([
    {
      title: "matches objects entry by entry and ignores what it does not name",
      pattern: { spec: { replicas: ">1" } },
      resource: { spec: { replicas: 2, paused: true } },
      expected: pass,
    },
    {
      title: "fails at the path of the first value that does not match",
      pattern: { spec: { hostNetwork: false } },
      resource: { spec: { hostNetwork: true } },
      expected: fail(
        "/spec/hostNetwork/",
        "resource value 'true' does not match 'false' at path /spec/hostNetwork/",
      ),
    },
    {
      title: "prints values and patterns as Go does",
      pattern: { a: "x" },
      resource: { a: { c: [1, 2.5, "s"], b: null } },
      expected: fail("/a/", "resource value 'map[b:<nil> c:[1 2.5 s]]' does not match 'x' at path /a/"),
    },
    {
      title: "fails where an object meets something else",
      pattern: { spec: { a: 1 } },
      resource: { spec: [1] },
      expected: fail(
        "/spec/",
        "pattern and resource have different structures. Path: /spec/. " +
          "Expected map[string]interface {}, found []interface {}",
      ),
    },
    {
      title: "fails where an object meets nothing",
      pattern: { spec: { a: 1 } },
      resource: {},
      expected: fail(
        "/spec/",
        "pattern and resource have different structures. Path: /spec/. " +
          "Expected map[string]interface {}, found <nil>",
      ),
    },
    {
      title: "fails where a list meets something else",
      pattern: { args: ["x"] },
      resource: { args: "x" },
      expected: fail(
        "/args/",
        "validation rule failed at path /args/, resource does not satisfy the expected overlay pattern",
      ),
    },
    {
      title: "takes an empty object for existence",
      pattern: { a: {} },
      resource: { a: { b: 1 } },
      expected: pass,
    },
    {
      title: 'takes "*" for any value but null',
      pattern: { a: "*" },
      resource: { a: { b: 1 } },
      expected: pass,
    },
    {
      title: 'reports a key that "*" asks for at its parent',
      pattern: { spec: { a: "*" } },
      resource: { spec: { a: null } },
      expected: fail("/spec/", "/spec//a not found"),
    },
    {
      title: "refuses an empty pattern list",
      pattern: { a: [] },
      resource: { a: [] },
      expected: fail("/a/", "pattern Array empty"),
    },
    {
      title: "applies a scalar to every element of a list",
      pattern: { args: "--*" },
      resource: { args: ["--a", "b"] },
      expected: fail("/args/", "resource value '[--a b]' does not match '--*' at path /args/"),
    },
    {
      title: "passes an empty list to a scalar",
      pattern: { args: "--*" },
      resource: { args: [] },
      expected: pass,
    },
    {
      title: "heeds only the first scalar of a list",
      pattern: ["x", "y"],
      resource: ["x", "y"],
      expected: fail("/", "resource value '[x y]' does not match 'x' at path /"),
    },
    {
      title: "applies the first object of a list to every element",
      pattern: { l: [{ a: 1 }, { a: 2 }] },
      resource: { l: [{ a: 1 }, { a: 3 }] },
      expected: fail("/l/1/a/", "resource value '3' does not match '1' at path /l/1/a/"),
    },
    {
      title: "passes an empty list to any list",
      pattern: { l: [{ a: 1 }] },
      resource: { l: [] },
      expected: pass,
    },
    {
      title: "matches lists of lists by position",
      pattern: [["a"], ["b"]],
      resource: [["a"], ["c"]],
      expected: fail("/1/", "resource value '[c]' does not match 'b' at path /1/"),
    },
    {
      title: "makes an error of a list of lists that is too short",
      pattern: [["a"], ["b"]],
      resource: [["a"]],
      expected: error(
        "validate Array failed, array length mismatch, resource Array len is 1 and pattern Array len is 2",
      ),
    },
    {
      title: "does not see inherited keys",
      pattern: { constructor: "?*", toString: null },
      resource: {},
      expected: fail("/constructor/", "resource value '<nil>' does not match '?*' at path /constructor/"),
    },
    {
      title: "treats __proto__ as an ordinary key",
      pattern: JSON.parse('{"__proto__": {"a": 1}}') as Json,
      resource: JSON.parse('{"__proto__": {"a": 2}}') as Json,
      expected: fail("/__proto__/a/", "resource value '2' does not match '1' at path /__proto__/a/"),
    },
  ]);
});
