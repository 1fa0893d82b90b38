import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { compileMention } from "./mention.ts";

const cases: readonly [name: string, expression: string, mentioned: boolean][] = [
  ["x", "x", true],
  ["x", "x.y", true],
  ["x", "(x)", true],
  ["x", "x-z", true],
  ["x-z", '"x-z"', true],
  ["x", "a || x", true],
  ["x", "y.x", false],
  ["x", "x1", false],
  ["x", "x_y", false],
  ["x", "ax", false],
  ["x", "_x", true],
  ["x", "ax + x", true],
  ["a.b", "aXb", true],
  ["a[", "a[", false],
];

describe("compileMention", () => {
  for (const [name, expression, mentioned] of cases) {
    it(`${expression} ${mentioned ? "mentions" : "does not mention"} ${name}`, () => {
      assert.equal(compileMention(name)(expression), mentioned);
    });
  }
});
