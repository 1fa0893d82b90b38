import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { BudgetExceeded } from "../budget.ts";
import { compileWildcard, hasWildcard, matchesWildcard } from "./wildcard.ts";

const cases: readonly (readonly [pattern: string, text: string, expected: boolean])[] = [
  ["", "", true],
  ["", "a", false],
  ["*", "", true],
  ["*", "a/b.c\nd", true],
  ["?", "", false],
  ["?", "a", true],
  ["?*", "", false],
  ["?*", "a", true],
  ["a", "A", false],
  ["a*", "a", true],
  ["a*a", "a", false],
  ["a*a", "aa", true],
  ["ab*ba", "aba", false],
  ["*.example.com", "www.example.com", true],
  ["*.example.com", "www-example-com", false],
  ["*:latest", "nginx:latest", true],
  ["*/*:*", "r/a:1", true],
  ["a*b*c", "a-b-b-c", true],
  ["a*b*c", "a-c-b", false],
  ["a?c", "abc", true],
  ["a?c", "ac", false],
  ["*a?c*", "xaaac-abcx", true],
  ["[a]*", "[a]b", true],
  ["[a]*", "ab", false],
  ["\\*", "\\x", true],
  ["?", "😀", true],
  ["??", "😀", false],
  ["*?", "😀", true],
  ["*??", "😀", false],
  ["*?x*", "😀x", true],
  ["a?", "a😀", true],
  ["*😀", "x😀", true],
];

describe("a wildcard", () => {
  for (const [pattern, text, expected] of cases) {
    it(`${JSON.stringify(pattern)} ${expected ? "matches" : "does not match"} ${JSON.stringify(text)}`, () => {
      assert.equal(matchesWildcard(pattern, text), expected);
      assert.equal(compileWildcard(pattern)(text), expected);
    });
  }

  it("is told by its characters", () => {
    assert.deepEqual(["a", "a*", "?", "[a]"].map(hasWildcard), [false, true, true, false]);
  });

  it("agrees with a naive matcher over code points", () => {
    const alphabet = fc.constantFrom("a", "b", "é", "😀");
    const patterns = fc.string({ unit: fc.oneof(alphabet, fc.constantFrom("*", "?")), maxLength: 8 });
    fc.assert(
      fc.property(patterns, fc.string({ unit: alphabet, maxLength: 10 }), (pattern, text) => {
        assert.equal(compileWildcard(pattern)(text), matchesNaively(Array.from(pattern), Array.from(text)));
      }),
      { numRuns: 5000 },
    );
  });

  it("finds long literals as it finds short ones", () => {
    const literals = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 33, maxLength: 40 });
    const rest = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 40 });
    fc.assert(
      fc.property(literals, rest, rest, (literal, before, behind) => {
        const matches = compileWildcard(`*${literal}*`);
        assert.equal(matches(before + literal + behind), true);
        assert.equal(matches(before + behind), (before + behind).includes(literal));
      }),
    );
  });

  it("takes time linear in long texts", () => {
    const text = "a".repeat(200_000);
    assert.equal(compileWildcard(`*${"a".repeat(50_000)}b*`)(text), false);
    assert.equal(compileWildcard(`${"*a".repeat(50_000)}*b`)(text), false);
    assert.equal(compileWildcard(`*${"?".repeat(500)}b*`)(text), false);
  });

  it("refuses the shape that would take longer", () => {
    assert.throws(() => compileWildcard(`*${"a?".repeat(300)}b*`), BudgetExceeded);
  });
});

function matchesNaively(pattern: readonly string[], text: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === "*") {
    return matchesNaively(rest, text) || (text.length > 0 && matchesNaively(pattern, text.slice(1)));
  }
  if (text.length === 0 || (first !== "?" && first !== text[0])) return false;
  return matchesNaively(rest, text.slice(1));
}
