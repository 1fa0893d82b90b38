import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Budget, BudgetExceeded } from "../budget.ts";
import { deepEqual } from "./deep-equal.ts";
import { Float } from "./json.ts";
import type { Json, NumberMode } from "./json.ts";

const cases: readonly (readonly [left: Json, right: Json, mode: NumberMode, expected: boolean])[] = [
  [null, null, "int64", true],
  [null, false, "int64", false],
  ["1", 1, "int64", false],
  [1, new Float(1), "int64", false],
  [new Float(1), new Float(1), "int64", true],
  [1, 1.5, "int64", false],
  [2 ** 53, BigInt(2 ** 53), "int64", true],
  [9_007_199_254_740_993n, 9_007_199_254_740_992, "int64", false],
  [9_007_199_254_740_993n, 9_007_199_254_740_992, "float64", true],
  [[1, [2]], [1, [2]], "int64", true],
  [[1, 2], [2, 1], "int64", false],
  [[1], [1, 2], "int64", false],
  [[], {}, "int64", false],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, "int64", true],
  [{ a: null }, { b: null }, "int64", false],
  [{ toString: null }, { valueOf: null }, "int64", false],
  [JSON.parse('{"__proto__":1}') as Json, JSON.parse('{"__proto__":1}') as Json, "int64", true],
  [JSON.parse('{"__proto__":1}') as Json, { a: 1 }, "int64", false],
];

describe("deepEqual", () => {
  for (const [index, [left, right, mode, expected]] of cases.entries()) {
    it(`answers case ${index + 1} with ${expected}, both ways`, () => {
      assert.equal(deepEqual(left, right, mode, new Budget()), expected);
      assert.equal(deepEqual(right, left, mode, new Budget()), expected);
    });
  }

  it("ends at the depth of its budget", () => {
    const nest = (): Json => {
      let deep: Json = 1;
      for (let depth = 0; depth < 10_000; depth++) deep = depth % 2 === 0 ? [deep] : { a: deep };
      return deep;
    };
    assert.throws(() => deepEqual(nest(), nest(), "int64", new Budget()), BudgetExceeded);
  });
});
