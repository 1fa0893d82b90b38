import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { locateField } from "./locate-field.ts";
import type { SourceDocument } from "./source-document.ts";

const text = `kind: Policy
spec:
  rules:
    - name: a
      match: {any: []}
    - name: b
      validate:
        labels[x]: y
`;

function documentOf(within: SourceDocument["within"] = []): SourceDocument {
  return { place: { file: "f", line: 11, document: 2 }, content: {}, text: { text, line: 11 }, within };
}

describe("locateField", () => {
  const cases: readonly (readonly [path: string, line: number, column: number])[] = [
    ["kind", 11, 1],
    ["spec.rules[1]", 16, 7],
    ["spec.rules[0].match.any", 15, 15],
    ["spec.rules[1].validate.message", 17, 7],
    ["spec.rules[7]", 13, 3],
    ["", 11, 1],
  ];
  for (const [path, line, column] of cases) {
    it(`finds ${path === "" ? "the document" : path}`, () =>
      assert.deepEqual(locateField(documentOf(), path), { line, column }));
  }

  it("begins where an item of a List stands", () => {
    assert.deepEqual(locateField(documentOf(["spec", "rules", 1]), "name"), { line: 16, column: 7 });
  });

  it("passes over keys that are maps, however deep they are", () => {
    const deep = { ...documentOf(), text: { text: `${"? ".repeat(200)}a`, line: 3 } };
    assert.deepEqual(locateField(deep, "metadata"), { line: 3, column: 1 });
  });

  it("names the first line of a text that is no YAML", () => {
    const broken = { ...documentOf(), text: { text: "a: [", line: 3 } };
    assert.equal(locateField(broken, "b").line, 3);
  });
});
