import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { splitPlaceholders } from "./placeholders.ts";
import type { TextPart } from "./placeholders.ts";

const text = (value: string): TextPart => ({ kind: "text", text: value });
const placeholder = (expression: string): TextPart => ({ kind: "placeholder", expression });

describe("placeholders of a template", () => {
  const cases: readonly [title: string, given: string, expected: readonly TextPart[] | undefined][] = [
    ["are none in a plain text", "a (b) c", undefined],
    ["may be all of it", "(( a.b ))", [placeholder("a.b")]],
    ["may stand within a text", "x-(( a ))-y", [text("x-"), placeholder("a"), text("-y")]],
    ["may hold parentheses", "(( f((a), (b)) ))", [placeholder("f((a), (b))")]],
    ["may hold quoted ones", `(( a == "))" ))`, [placeholder('a == "))"')]],
    ["may hold escaped quotes", String.raw`(( a == "\"))" ))`, [placeholder(String.raw`a == "\"))"`)]],
    ["may end with one of a call", "((f(a)))", [placeholder("f(a)")]],
    ["are not what is escaped", String.raw`\((a))`, [text("((a))")]],
  ];
  for (const [title, given, expected] of cases) {
    it(title, () => assert.deepEqual(splitPlaceholders(given), expected));
  }

  for (const [given, message] of [
    ["(( ))", "empty placeholder at offset 0"],
    ["x (( a", "unterminated placeholder at offset 2"],
    [`(( "a ))`, "unterminated placeholder at offset 0"],
    ["(( a ) b ))", "unbalanced parenthesis in placeholder at offset 0"],
  ] as const) {
    it(`are refused: ${given}`, () => assert.throws(() => splitPlaceholders(given), { message }));
  }

  it("of a hostile text are found in linear time", () => {
    assert.throws(() => splitPlaceholders("((".repeat(200_000)), {
      message: "unterminated placeholder at offset 0",
    });
  });
});
