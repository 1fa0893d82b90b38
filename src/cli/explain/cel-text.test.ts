import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parse } from "#engine/cel/syntax/parser.ts";

import { withVariable } from "./cel-substitution.ts";
import { celText } from "./cel-text.ts";

const cases: readonly (readonly [expression: string, text: string])[] = [
  ["a.b == 'x'", 'a.b == "x"'],
  ["a && (b || c)", "a && (b || c)"],
  ["!(a in [1, 2u, 3.0])", "!(a in [1, 2u, 3.0])"],
  ["has(a.b) ? a.b : -1", "has(a.b) ? a.b : (-1)"],
  ["a.all(x, x > 1)", "a.all(x, x > 1)"],
  ["a.map(x, x > 1, x + 1)", "a.map(x, x > 1, x + 1)"],
  ["a.exists_one(x, x == null)", "a.exists_one(x, x == null)"],
  ["{'a': 1}['a']", '{"a": 1}["a"]'],
  ["a.?b.orValue('')", 'a.?b.orValue("")'],
  ["cel.bind(x, a.b, x + x)", "cel.bind(x, a.b, x + x)"],
  ["a.optMap(v, v.b)", "a.optMap(v, v.b)"],
  ["a.`b-c`.startsWith('d')", 'a.`b-c`.startsWith("d")'],
  ["(a + b) * c - d", "((a + b) * c) - d"],
];

function withoutOffsets(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, item: unknown) =>
      key === "offset" ? undefined : typeof item === "bigint" ? String(item) : item,
    ),
  );
}

describe("celText", () => {
  for (const [expression, text] of cases) {
    it(`writes ${expression} out again`, () => {
      assert.equal(celText(parse(expression)), text);
      assert.deepEqual(withoutOffsets(parse(text)), withoutOffsets(parse(expression)));
    });
  }

  it("has no text for bytes", () => assert.equal(celText(parse("a == b'x'")), undefined));
});

describe("withVariable", () => {
  it("puts an expression in place of a variable, and leaves loops with that name alone", () => {
    const value = parse("list[0]");
    const text = (expression: string): string | undefined =>
      celText(withVariable(parse(expression), "x", value));
    assert.equal(text("x.a == y && f(x)"), "(list[0].a == y) && f(list[0])");
    assert.equal(text("x.all(x, x > 1)"), "list[0].all(x, x > 1)");
    assert.equal(text("y.exists(z, z == x)"), "y.exists(z, z == list[0])");
  });
});
