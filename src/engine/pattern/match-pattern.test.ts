import { describe, it } from "node:test";
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { Budget, BudgetExceeded } from "../budget.ts";
import type { Json, NumberMode } from "../values/json.ts";
import { compilePattern, matchPattern } from "./match-pattern.ts";
import type { PatternResult } from "./match-pattern.ts";

function match(pattern: Json, resource: Json, numbers: NumberMode = "int64"): PatternResult {
  return matchPattern(compilePattern(pattern, { numbers }), resource, { numbers, budget: new Budget() });
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

describe("an anchor", () => {
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

const latest = [{ "(image)": "*:latest", p: "Always" }];
const violating = [{ image: "a:latest", p: "Never" }];
const skipping = [{ image: "a:1", p: "Never" }];

describe("the order of a pattern", () => {
  const kinds: readonly (readonly [
    title: string,
    pattern: Json,
    resource: Json,
    kind: string,
    path?: string,
  ])[] = [
    [
      "tests keys with anchors below in descending order, and a skip ends everything",
      { spec: { containers: latest, initContainers: latest } },
      { spec: { containers: violating, initContainers: skipping } },
      "skip",
    ],
    [
      "does not reach a skip behind a failure",
      { spec: { containers: latest, initContainers: latest } },
      { spec: { containers: skipping, initContainers: violating } },
      "fail",
      "/spec/initContainers/0/p/",
    ],
    [
      "tests spec before metadata where both have anchors",
      { metadata: { "(name)": "a*" }, spec: { "=(x)": 1 } },
      { metadata: { name: "b" }, spec: { x: 2 } },
      "fail",
      "/spec/x/",
    ],
    [
      "tests keys with anchors below before others",
      { metadata: { "(name)": "a*" }, spec: { x: 1 } },
      { metadata: { name: "b" }, spec: { x: 2 } },
      "skip",
    ],
    ["lets a conditional skip outweigh a later negation", { "(a)": 1, "X(b)": null }, { a: 2, b: 1 }, "skip"],
    [
      "goes on where only nested lists skip and something applied",
      { "(a)": 1, "=(list)": [{ "(n)": "x" }], c: 1 },
      { a: 1, list: [{ n: "y" }], c: 2 },
      "fail",
      "/c/",
    ],
    [
      "skips where nested lists skip and nothing applied",
      { spec: { "=(initContainers)": latest, containers: [{ p: "Always" }] } },
      { spec: { initContainers: skipping, containers: violating } },
      "skip",
    ],
    [
      "fails on a list element that applies although another does not",
      { containers: [{ "<(image)": "*/nginx", name: "x" }] },
      {
        containers: [
          { image: "r/nginx", name: "y" },
          { image: "redis", name: "z" },
        ],
      },
      "fail",
      "/containers/0/name/",
    ],
    [
      "makes an error of a failure while an existence anchor found its key nowhere",
      { "^(containers)": [{ a: 1 }], a: 1 },
      { a: 2 },
      "error",
    ],
    [
      "keeps the failure of a negation although anchors are missing",
      { "^(containers)": [{ a: 1 }], "X(b)": null },
      { b: 1 },
      "fail",
      "/b/",
    ],
    [
      "keeps a failure where the anchor's key was found in some element",
      { l: [{ "(n)": "?*", v: 1 }] },
      { l: [{ v: 5 }, { n: "x", v: 2 }] },
      "fail",
      "/l/1/v/",
    ],
    ["tests other keys in ascending order", { b: 1, a: 1 }, { a: 2, b: 2 }, "fail", "/a/"],
  ];
  for (const [title, pattern, resource, kind, path] of kinds) {
    it(title, () => {
      const result = match(pattern, resource);
      assert.equal(result.kind, kind);
      assert.equal(result.kind === "fail" ? result.path : undefined, path);
    });
  }
});

describe("labels and annotations in a pattern", () => {
  run([
    {
      title: "stand for the first matching key of the resource",
      pattern: { metadata: { labels: { "app.*/team": "?*" } } },
      resource: { metadata: { labels: { "app.z/team": "", "app.k8s.io/team": "x" } } },
      expected: pass,
    },
    {
      title: "show the key that a wildcard found",
      pattern: { metadata: { annotations: { "a.*": "true" } } },
      resource: { metadata: { annotations: { "a.b": "false" } } },
      expected: fail(
        "/metadata/annotations/a.b/",
        "resource value 'false' does not match 'true' at path /metadata/annotations/a.b/",
      ),
    },
    {
      title: "keep the anchor of a wildcard key",
      pattern: { metadata: { annotations: { "X(bad/*)": "null" } } },
      resource: { metadata: { annotations: { "bad/x": "1" } } },
      expected: fail(
        "/metadata/annotations/bad/x/",
        "negation anchor matched in resource: /metadata/annotations/bad/x/ is not allowed",
      ),
    },
    {
      title: "fail as missing where no key matches",
      pattern: { metadata: { labels: { "a/*": "?*" } } },
      resource: { metadata: { labels: { b: "1" } } },
      expected: fail(
        "/metadata/labels/a/*/",
        "resource value '<nil>' does not match '?*' at path /metadata/labels/a/*/",
      ),
    },
    {
      title: "drop entries that are no strings where the resource has labels",
      pattern: { metadata: { labels: { a: null, "X(b)": null, c: 5 } } },
      resource: { metadata: { labels: { a: "1", b: "2" } } },
      expected: pass,
    },
    {
      title: "keep entries that are no strings where the resource has none",
      pattern: { metadata: { labels: { a: null } } },
      resource: { metadata: {} },
      expected: fail(
        "/metadata/labels/",
        "pattern and resource have different structures. Path: /metadata/labels/. " +
          "Expected map[string]interface {}, found <nil>",
      ),
    },
    {
      title: "are found at any level",
      pattern: { spec: { template: { "=(metadata)": { "=(labels)": { "x-*": "1" } } } } },
      resource: { spec: { template: { metadata: { labels: { "x-y": "2" } } } } },
      expected: fail(
        "/spec/template/metadata/labels/x-y/",
        "resource value '2' does not match '1' at path /spec/template/metadata/labels/x-y/",
      ),
    },
    {
      title: "lose their precedence with the anchors that are dropped",
      pattern: { metadata: { labels: { "X(a)": null }, name: "x" }, spec: 1 },
      resource: { metadata: { labels: {}, name: "y" }, spec: 2 },
      expected: fail("/metadata/name/", "resource value 'y' does not match 'x' at path /metadata/name/"),
    },
  ]);
});

describe("matchPattern", () => {
  it("begins paths where it is told to", () => {
    const compiled = compilePattern({ a: 1 }, { numbers: "int64" });
    const result = matchPattern(
      compiled,
      { a: 2 },
      { numbers: "int64", budget: new Budget(), path: "/spec/" },
    );
    assert.equal(result.kind === "fail" && result.path, "/spec/a/");
  });

  it("reads the numbers of pattern and resource apart", () => {
    const compiled = compilePattern({ port: "80*" }, { numbers: "int64" });
    const kind = (numbers: NumberMode): string =>
      matchPattern(compiled, { port: 8080 }, { numbers, budget: new Budget() }).kind;
    assert.equal(kind("int64"), "pass");
    assert.equal(kind("float64"), "fail");
  });

  it("refuses a pattern that is nested too deeply", () => {
    let pattern: Json = 1;
    for (let depth = 0; depth < 100_000; depth++) pattern = depth % 2 === 0 ? [pattern] : { a: pattern };
    assert.throws(() => compilePattern(pattern, { numbers: "int64" }), BudgetExceeded);
  });

  it("stops at its budget", () => {
    const compiled = compilePattern({ l: [{ a: "*x*" }] }, { numbers: "int64" });
    const l = Array.from({ length: 1000 }, () => ({ a: "x" }));
    const budget = new Budget({ ...new Budget().limits, maxSteps: 100 });
    assert.throws(() => matchPattern(compiled, { l }, { numbers: "int64", budget }), BudgetExceeded);
  });

  it("gives a result for any pattern and resource", () => {
    const keys = fc.oneof(
      fc.constantFrom(
        "a",
        "metadata",
        "labels",
        "(a)",
        "=(a)",
        "X(a)",
        "^(a)",
        "<(a)",
        "+(a)",
        "(labels)",
        "a*",
      ),
      fc.string({ maxLength: 4 }),
    );
    const scalars = fc.oneof(
      fc.constantFrom("*", "?*", "a|b", ">1 & <5", "1-5", "!x", "1h", "100m", "", "!"),
      fc.string({ maxLength: 6 }),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
    );
    const json = fc.letrec<{ json: Json }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 4 },
        scalars,
        fc.array(tie("json"), { maxLength: 3 }),
        fc.dictionary(keys, tie("json"), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).json;
    fc.assert(
      fc.property(json, json, (pattern, resource) => {
        const result = match(pattern, resource);
        assert.ok(["pass", "fail", "skip", "error"].includes(result.kind));
        if (result.kind === "fail") assert.ok(result.path.startsWith("/") && result.path.endsWith("/"));
      }),
      { numRuns: 2000 },
    );
  });
});
