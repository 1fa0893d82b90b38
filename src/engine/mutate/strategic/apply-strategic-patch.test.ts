import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Budget } from "../../budget.ts";
import type { JsonObject } from "../../values/json.ts";
import { PatchError } from "../patch-error.ts";
import { applyStrategicPatch } from "./apply-strategic-patch.ts";

function apply(object: JsonObject, patch: JsonObject): JsonObject {
  return applyStrategicPatch(object, patch, new Budget());
}

function pod(spec: JsonObject): JsonObject {
  return { apiVersion: "v1", kind: "Pod", spec };
}

type Case = readonly [title: string, object: JsonObject, patch: JsonObject, expected: JsonObject];

function check(cases: readonly Case[]): void {
  for (const [title, object, patch, expected] of cases) {
    it(title, () => {
      const before = structuredClone(object);
      assert.deepEqual(apply(object, patch), expected);
      assert.deepEqual(object, before);
    });
  }
}

describe("+() of a strategic patch", () => {
  check([
    ["adds what is not there", { a: {} }, { a: { "+(b)": 1 } }, { a: { b: 1 } }],
    ["leaves what is there", { a: { b: 2 } }, { a: { "+(b)": 1 } }, { a: { b: 2 } }],
    ["takes a null for something", { a: { b: null } }, { a: { "+(b)": 1 } }, { a: { b: null } }],
    ["adds with the objects above it", {}, { a: { "+(b)": { c: 1 } } }, { a: { b: { c: 1 } } }],
    [
      "is decided by the first element for all of a list, as with Kyverno",
      pod({ containers: [{ name: "a" }, { name: "b", image: "mine" }] }),
      { spec: { containers: [{ "(name)": "*", "+(image)": "x" }] } },
      pod({
        containers: [
          { image: "x", name: "a" },
          { name: "b", image: "x" },
        ],
      }),
    ],
    [
      "is dropped for all of a list where the first element has the key",
      pod({ containers: [{ name: "a", image: "mine" }, { name: "b" }] }),
      { spec: { containers: [{ "(name)": "*", "+(image)": "x" }] } },
      pod({ containers: [{ name: "a", image: "mine" }, { name: "b" }] }),
    ],
    [
      "within a condition makes it an entry",
      { s: { a: { b: 1 } } },
      { s: { "(a)": { "+(c)": 2 }, d: 1 } },
      { s: { a: { b: 1, c: 2 }, d: 1 } },
    ],
  ]);
});

describe("conditions of a strategic patch", () => {
  check([
    ["let the patch through", { a: "x", m: {} }, { "(a)": "x", m: { b: 1 } }, { a: "x", m: { b: 1 } }],
    [
      "keep all of it back where they do not hold",
      { a: "y", m: {}, n: {} },
      { m: { "(z)": "x" }, n: { b: 1 } },
      { a: "y", m: {}, n: {} },
    ],
    ["keep all of it back where the key is missing", { m: {} }, { "(a)": "*", m: { b: 1 } }, { m: {} }],
    [
      "compare as texts and quantities",
      { a: 1, m: {} },
      { "(a)": "1000m", m: { b: 1 } },
      { a: 1, m: { b: 1 } },
    ],
    ["compare a number with a text", { a: "1", m: {} }, { "(a)": 1, m: { b: 1 } }, { a: "1", m: { b: 1 } }],
    ["know operators", { a: 5, m: {} }, { "(a)": ">3", m: { b: 1 } }, { a: 5, m: { b: 1 } }],
    [
      "look into objects",
      { s: { a: { b: 1 } }, m: {} },
      { s: { "(a)": { b: 1 } }, m: { b: 1 } },
      { s: { a: { b: 1 } }, m: { b: 1 } },
    ],
    [
      "in a list choose the elements",
      pod({
        containers: [
          { name: "a", image: "x:latest" },
          { name: "b", image: "x:1" },
        ],
      }),
      { spec: { containers: [{ "(image)": "*:latest", imagePullPolicy: "Always" }] } },
      pod({
        containers: [
          { name: "a", image: "x:latest", imagePullPolicy: "Always" },
          { name: "b", image: "x:1" },
        ],
      }),
    ],
    [
      "in a list that choose nothing keep nothing else back",
      { ...pod({ containers: [{ name: "a", image: "x:1" }] }), metadata: {} },
      { spec: { containers: [{ "(image)": "*:latest", tty: true }] }, metadata: { labels: { a: "b" } } },
      { ...pod({ containers: [{ name: "a", image: "x:1" }] }), metadata: { labels: { a: "b" } } },
    ],
    [
      "in a list pass over elements without a name, and lose others to them, as with Kyverno",
      pod({ containers: [{ image: "x" }, { name: "b", image: "x" }] }),
      { spec: { containers: [{ "(image)": "x", tty: true }] } },
      pod({ containers: [{ image: "x" }] }),
    ],
  ]);

  check([
    [
      "with <() keep all of it back where no element meets them",
      { ...pod({ containers: [{ name: "a", image: "x:1" }] }), metadata: {} },
      { spec: { containers: [{ "<(image)": "*:latest" }] }, metadata: { labels: { a: "b" } } },
      { ...pod({ containers: [{ name: "a", image: "x:1" }] }), metadata: {} },
    ],
    [
      "with <() let it through where one element meets them",
      {
        ...pod({
          containers: [
            { name: "a", image: "x:1" },
            { name: "b", image: "x:latest" },
          ],
        }),
        metadata: {},
      },
      { spec: { containers: [{ "<(image)": "*:latest" }] }, metadata: { labels: { a: "b" } } },
      {
        ...pod({
          containers: [
            { name: "a", image: "x:1" },
            { name: "b", image: "x:latest" },
          ],
        }),
        metadata: { labels: { a: "b" } },
      },
    ],
  ]);
});

describe("what is left of a strategic patch", () => {
  check([
    [
      "has no empty objects",
      { a: 1 },
      { volume: { name: "v", emptyDir: {} } },
      { a: 1, volume: { name: "v" } },
    ],
    ["has empty lists", { a: 1 }, { list: [] }, { a: 1, list: [] }],
    [
      "keeps anchors of validation as keys",
      { a: 1 },
      { "=(b)": 1, "X(c)": null, "^(d)": [1] },
      { a: 1, "=(b)": 1, "^(d)": [1] },
    ],
    [
      "has the elements of several conditions",
      pod({ containers: [{ name: "a", image: "x" }, { name: "b" }] }),
      {
        spec: {
          containers: [
            { "(name)": "a", tty: true },
            { "(name)": "b", stdin: true },
          ],
        },
      },
      pod({
        containers: [
          { name: "a", image: "x", tty: true },
          { name: "b", stdin: true },
        ],
      }),
    ],
  ]);

  it("fits a list only where the object has one", () => {
    assert.throws(() => apply({ a: "x" }, { a: [{ b: 1 }] }), PatchError);
  });

  it("must be an object", () => {
    assert.throws(() => applyStrategicPatch({}, [1], new Budget()), PatchError);
  });
});
