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
