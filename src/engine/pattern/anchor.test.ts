import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Budget } from "../budget.ts";
import type { Json } from "../values/json.ts";
import { parseAnchor } from "./anchor.ts";
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
const skip = (message: string): PatternResult => ({ kind: "skip", message });
const error = (message: string): PatternResult => ({ kind: "error", message });
const missingKey = "conditional anchor mismatch: conditional anchor key doesn't exist in the resource";

describe("an anchor in a pattern", () => {
  run([
    {
      title: "() skips where the key is missing",
      pattern: { "(a)": 1 },
      resource: {},
      expected: skip(missingKey),
    },
    {
      title: "() skips where the value does not match",
      pattern: { "(a)": 1, b: 2 },
      resource: { a: 3, b: 3 },
      expected: skip("conditional anchor mismatch: resource value '3' does not match '1' at path /a/"),
    },
    {
      title: "() lets siblings be checked where it matches",
      pattern: { "(a)": 1, b: 2 },
      resource: { a: 1, b: 3 },
      expected: fail("/b/", "resource value '3' does not match '2' at path /b/"),
    },
    { title: "=() passes where the key is missing", pattern: { "=(a)": 1 }, resource: {}, expected: pass },
    {
      title: "=() must match where the key is present",
      pattern: { "=(a)": { b: 1 } },
      resource: { a: null },
      expected: fail(
        "/a/",
        "pattern and resource have different structures. Path: /a/. " +
          "Expected map[string]interface {}, found <nil>",
      ),
    },
    {
      title: "X() passes where the key is missing",
      pattern: { "X(a)": 1 },
      resource: { b: 1 },
      expected: pass,
    },
    {
      title: "X() fails where the key is present, with any value",
      pattern: { spec: { "X(a)": "null" } },
      resource: { spec: { a: null } },
      expected: fail("/spec/a/", "negation anchor matched in resource: /spec/a/ is not allowed"),
    },
    {
      title: "^() passes where the key is missing",
      pattern: { "^(l)": [{ a: 1 }] },
      resource: {},
      expected: pass,
    },
    {
      title: "^() passes where each of its objects is matched by some element",
      pattern: { "^(l)": [{ a: 1 }, { b: 2 }] },
      resource: { l: [{ b: 2 }, { a: 1 }] },
      expected: pass,
    },
    {
      title: "^() fails where an object is matched by no element, also where elements skip",
      pattern: { "^(l)": [{ "(a)": 1 }] },
      resource: { l: [{ b: 2 }] },
      expected: error("existence anchor validation failed at path /l/"),
    },
    {
      title: "^() fails on what is no list",
      pattern: { "^(l)": [{ a: 1 }] },
      resource: { l: 5 },
      expected: fail(
        "/l/",
        "invalid resource type int64: Existence ^ () anchor can be used only on list/array type resource",
      ),
    },
    {
      title: "^() wants objects in a list",
      pattern: { "^(l)": ["a"] },
      resource: { l: [] },
      expected: fail(
        "/l/",
        "invalid pattern type []interface {}: Pattern has to be of type map to compare against items in resource",
      ),
    },
    { title: "<() passes where the key is missing", pattern: { "<(a)": 1 }, resource: {}, expected: pass },
    {
      title: "<() skips the rule where the value does not match",
      pattern: { spec: { "<(a)": 1, b: 2 } },
      resource: { spec: { a: 2, b: 3 } },
      expected: skip("global anchor mismatch: resource value '2' does not match '1' at path /spec/a/"),
    },
    {
      title: "+() is a plain key here",
      pattern: { "+(a)": "?*" },
      resource: { a: "x" },
      expected: fail("/+(a)/", "resource value '<nil>' does not match '?*' at path /+(a)/"),
    },
    {
      title: "in list elements filters them",
      pattern: { l: [{ "(n)": "a*", v: 1 }] },
      resource: {
        l: [
          { n: "b", v: 2 },
          { n: "ab", v: 1 },
        ],
      },
      expected: pass,
    },
    {
      title: "in list elements skips the list where no element is left",
      pattern: { l: [{ "(n)": "a*", v: 1 }] },
      resource: { l: [{ n: "b" }, {}] },
      expected: skip(
        `conditional anchor mismatch: resource value 'b' does not match 'a*' at path /l/0/n/; ${missingKey}`,
      ),
    },
    {
      title: "does not make a skip of a failure whose value looks like one",
      pattern: { a: "x" },
      resource: { a: "conditional anchor mismatch" },
      expected: fail("/a/", "resource value 'conditional anchor mismatch' does not match 'x' at path /a/"),
    },
  ]);
});

describe("parseAnchor", () => {
  const cases: readonly (readonly [key: string, kind: string | undefined, inner?: string])[] = [
    ["(a)", "conditional", "a"],
    ["=(a)", "equality", "a"],
    ["X(a)", "negation", "a"],
    ["^(a)", "existence", "a"],
    ["<(a)", "global", "a"],
    ["+(a)", "add", "a"],
    [" =(a/b.c) ", "equality", "a/b.c"],
    ["(a)(b)", "conditional", "a)(b"],
    ["((a))", "conditional", "(a)"],
    ["a", undefined],
    ["()", undefined],
    ["(a", undefined],
    ["$(a)", undefined],
    ["==(a)", undefined],
    ["x(a)", undefined],
    ["(a\nb)", undefined],
    ["", undefined],
    [")", undefined],
  ];
  for (const [key, kind, inner] of cases) {
    it(`takes ${JSON.stringify(key)} for ${kind ?? "a plain key"}`, () => {
      const anchor = parseAnchor(key);
      assert.deepEqual([anchor?.kind, anchor?.key], [kind, inner]);
    });
  }
});
