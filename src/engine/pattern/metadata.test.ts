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
