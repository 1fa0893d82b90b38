import assert from "node:assert/strict";
import * as fc from "fast-check";
import { compileWildcard, matchesWildcard } from "#engine/values/wildcard.ts";
import { property } from "../suite.ts";
import type { FuzzSuite } from "../suite.ts";

const pieces = fc.constantFrom("a", "b", "*", "?", ".", "😀", "é");
const patterns = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(""));
const texts = fc
  .array(fc.constantFrom("a", "b", ".", "😀", "*", "?"), { maxLength: 14 })
  .map((parts) => parts.join(""));
const longParts = fc
  .array(
    fc.oneof(fc.constant("*"), fc.string({ unit: fc.constantFrom("a", "b"), minLength: 30, maxLength: 45 })),
    {
      maxLength: 5,
    },
  )
  .map((parts) => parts.join(""));

/** Every way to match, tried by a table: rows are positions in the pattern, columns in the text. */
export const naiveWildcard = (pattern: string, text: string): boolean => {
  const points = Array.from(text);
  let row = points.map(() => false);
  let empty = true;
  for (const symbol of pattern) {
    const next: boolean[] = [];
    const nextEmpty: boolean = empty && symbol === "*";
    for (const [index, point] of points.entries()) {
      const before = index === 0 ? empty : (row[index - 1] ?? false);
      const left = index === 0 ? nextEmpty : (next[index - 1] ?? false);
      if (symbol === "*") next.push((row[index] ?? false) || left);
      else next.push(before && (symbol === "?" || symbol === point));
    }
    row = next;
    empty = nextEmpty;
  }
  return points.length === 0 ? empty : (row.at(-1) ?? false);
};

export const wildcards: FuzzSuite = {
  name: "wildcards",
  properties: [
    property("matches what a table of all positions says", fc.tuple(patterns, texts), ([pattern, text]) => {
      assert.equal(matchesWildcard(pattern, text), naiveWildcard(pattern, text));
      assert.equal(compileWildcard(pattern)(text), naiveWildcard(pattern, text));
    }),
    property(
      "matches long literals between stars",
      fc.tuple(longParts, fc.array(longParts, { maxLength: 3 })),
      ([pattern, parts]) => {
        const text = parts.join("").replaceAll("*", "");
        assert.equal(compileWildcard(pattern)(text), naiveWildcard(pattern, text));
      },
    ),
    property("matches a text that its pattern was made of", fc.array(texts, { maxLength: 5 }), (parts) => {
      const literals = parts.map((part) => part.replaceAll(/[*?]/g, "x"));
      assert.ok(compileWildcard(literals.join("*"))(literals.join("in between")));
    }),
  ],
};
