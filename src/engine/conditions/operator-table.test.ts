import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { Budget } from "../budget.ts";
import { Float } from "../values/json.ts";
import type { Json, NumberMode } from "../values/json.ts";
import { findConditionOperator } from "./operator-table.ts";

function holds(key: Json, operator: string, value: Json, numbers: NumberMode = "int64"): boolean {
  const test = findConditionOperator(operator);
  assert.ok(test !== undefined, `there is no operator ${operator}`);
  return test(key, value, { numbers, budget: new Budget() });
}

type Case = readonly [key: Json, operator: string, value: Json, expected: boolean, numbers?: NumberMode];

const cases: Readonly<Record<string, readonly Case[]>> = {
  "Equals of texts": [
    ["a", "Equals", "a", true],
    ["abc", "Equals", "a*", true],
    ["a*", "Equals", "abc", false],
    ["Abc", "Equals", "abc", false],
    ["", "Equals", null, false],
    ["", "Equals", "", true],
    ["1h", "Equals", 3600, true],
    ["1h", "Equals", "60m", true],
    ["90m", "Equals", "1h30m", true],
    ["1h", "Equals", "x", false],
    ["0", "Equals", "0s", false],
    ["0", "Equals", "0", true],
    ["1Gi", "Equals", "1024Mi", true],
    ["1.10", "Equals", "1.1", true],
    ["10", "Equals", "1*", false],
    ["5", "Equals", 5, false],
    ["true", "Equals", true, false],
    ["a", "Equals", ["a"], false],
  ],
  "Equals of numbers": [
    [5, "Equals", 5, true],
    [5, "Equals", "5", true],
    [5, "Equals", "5.0", false],
    [5, "Equals", new Float(5), true],
    [new Float(5), "Equals", 5, true],
    [new Float(5), "Equals", "5.0", true],
    [5, "Equals", 5.5, false],
    [5.5, "Equals", 5, false],
    [5.5, "Equals", "5.5", true],
    [3600, "Equals", "1h", false],
    [5, "Equals", null, false],
    [0, "Equals", null, false],
    [9_007_199_254_740_993n, "Equals", "9007199254740993", true],
    [9_007_199_254_740_993n, "Equals", 9_007_199_254_740_992, false],
  ],
  "Equals of other kinds": [
    [true, "Equals", true, true],
    [true, "Equals", "true", false],
    [null, "Equals", null, false],
    [null, "Equals", "", false],
    [["a", "b"], "Equals", ["a", "b"], true],
    [["a", "b"], "Equals", ["b", "a"], false],
    [[1], "Equals", [1], true],
    [[1], "Equals", [new Float(1)], false],
    [[1], "Equals", [1], true, "float64"],
    [{ a: 1, b: [{}] }, "Equals", { b: [{}], a: 1 }, true],
    [{ a: 1 }, "Equals", { a: 1, b: null }, false],
    [{ a: null }, "Equals", { b: null }, false],
    [{}, "Equals", [], false],
  ],
  NotEquals: [
    ["a", "NotEquals", "a*", false],
    ["b", "NotEquals", "a*", true],
    [null, "NotEquals", "", false],
    [null, "NotEquals", null, false],
    ["100Mi", "NotEquals", "x", true],
    ["5", "NotEquals", "", true],
    [5, "NotEquals", 5.5, true],
    ["a", "NotEquals", 5, true],
    [["a"], "NotEquals", "a", true],
    [{ a: 1 }, "NotEqual", { a: 1 }, false],
    ["1h", "NotEquals", "30m", true],
  ],
  AnyIn: [
    ["a", "AnyIn", ["a", "b"], true],
    ["c", "AnyIn", ["a", "b"], false],
    ["*", "AnyIn", ["zzz"], true],
    ["kube-system", "AnyIn", ["default", "kube-*"], true],
    ["", "AnyIn", [], false],
    ["abc", "AnyIn", "a*", true],
    ["a*", "AnyIn", "abc", false],
    ["a", "AnyIn", '["b","a"]', true],
    ["a", "AnyIn", '["*"]', false],
    ["a", "AnyIn", '{"a":1}', false],
    ["a", "AnyIn", "b", false],
    ["50", "AnyIn", "1-100", true],
    ["5Mi", "AnyIn", "1Ki-1Gi", true],
    ["500", "AnyIn", "1-100", false],
    [80, "AnyIn", [80, 443], true],
    [true, "AnyIn", ["true"], true],
    [new Float(1_000_000), "AnyIn", [1_000_000], false],
    [null, "AnyIn", ["<nil>"], false],
    [{}, "AnyIn", ["map[]"], false],
    ["a", "AnyIn", null, false],
    ["a", "AnyIn", { a: 1 }, false],
    ["5", "AnyIn", 5, false],
    [["a", "z"], "AnyIn", ["a", "b"], true],
    [[], "AnyIn", "x", false],
    [["x"], "AnyIn", "x", true],
    [["ab", "c"], "AnyIn", "a*", true],
    [["a*"], "AnyIn", "abc", true],
    [[5, 200], "AnyIn", "1-10", true],
    [[5], "AnyIn", 5, true],
    [["a"], "AnyIn", '["a"]', true],
    [["a"], "AnyIn", "5", false],
    [["a"], "AnyIn", null, false],
  ],
  AllIn: [
    ["a", "AllIn", ["a", "b"], true],
    [["a", "z"], "AllIn", ["a", "b"], false],
    [["a", "b"], "AllIn", ["a", "b", "c"], true],
    [[], "AllIn", ["a"], true],
    [[5, 20], "AllIn", "1-10", false],
    [[5, 10], "AllIn", "1-10", true],
    [["x"], "AllIn", "x", true],
    [[5], "AllIn", 5, false],
  ],
  AnyNotIn: [
    ["a", "AnyNotIn", ["a", "b"], false],
    ["c", "AnyNotIn", ["a", "b"], true],
    ["a", "AnyNotIn", 5, false],
    ["a", "AnyNotIn", "5", false],
    ["50", "AnyNotIn", "1-10", true],
    ["5", "AnyNotIn", "1-10", false],
    [["a"], "AnyNotIn", 5, true],
    [["a", "z"], "AnyNotIn", ["a", "b"], true],
    [["a", "b"], "AnyNotIn", ["a", "b"], false],
    [[], "AnyNotIn", ["a"], false],
    [["x"], "AnyNotIn", "x", false],
    [[5, 50], "AnyNotIn", "1-10", true],
    [[5], "AnyNotIn", "1-10", false],
    [[5], "AnyNotIn", "-10-10", true],
    [["a"], "AnyNotIn", "5", false],
    [null, "AnyNotIn", ["a"], false],
  ],
  AllNotIn: [
    ["kyverno", "AllNotIn", "default", true],
    ["kube-system", "AllNotIn", ["default", "kube-*"], false],
    [64, "AllNotIn", "64", false],
    [64, "AllNotIn", "default", true],
    [["kube-system", "kube-public"], "AllNotIn", "kube-*", false],
    [["a", "z"], "AllNotIn", ["a", "b"], false],
    [["y", "z"], "AllNotIn", ["a", "b"], true],
    [[], "AllNotIn", ["a"], true],
    [["x"], "AllNotIn", "x", false],
    [[50, 60], "AllNotIn", "1-10", true],
    [[5, 60], "AllNotIn", "1-10", false],
    [[5], "AllNotIn", 6, false],
  ],
  "In and NotIn": [
    ["a", "In", ["a", "b"], true],
    ["ab", "In", ["a*"], true],
    ["a", "In", '["a"]', true],
    [["a", "b"], "In", ["a", "b", "c"], true],
    [["ab"], "In", ["a*"], false],
    [["a"], "In", "a", true],
    [["a"], "In", [1], false],
    ["5", "In", "1-10", false],
    ["c", "NotIn", ["a", "b"], true],
    ["a", "NotIn", ["a", "b"], false],
    ["a", "NotIn", 5, false],
    [["a", "c"], "NotIn", ["a", "b"], true],
    [["a"], "NotIn", ["a", "b"], false],
    [["a"], "NotIn", "a", true],
    [null, "NotIn", ["a"], false],
    [{}, "In", ["a"], false],
  ],
  "the order of numbers": [
    [5, "GreaterThan", 4, true],
    [5, "GreaterThan", 5, false],
    [5, "GreaterThanOrEquals", new Float(5), true],
    [5, "LessThan", 5.5, true],
    [5, "LessThanOrEquals", "5", true],
    [7200, "GreaterThan", "1h", true],
    [5, "LessThan", "x", false],
    [5, "LessThan", null, false],
    [5, "LessThan", true, false],
    [9_007_199_254_740_993n, "GreaterThan", 5, true],
  ],
  "the order of texts": [
    ["1h", "GreaterThan", 1800, true],
    ["7200", "GreaterThan", "1h", true],
    ["1h", "LessThan", "x", false],
    ["1Gi", "GreaterThan", "1", true],
    ["1Gi", "GreaterThan", 5, false],
    ["2", "GreaterThan", "1m", true],
    ["10", "GreaterThan", 9, true],
    ["1.10.0", "GreaterThan", "1.9.0", true],
    ["1.0.0-rc.1", "LessThan", "1.0.0", true],
    ["1.0.0", "GreaterThanOrEquals", "1.0.0+build", true],
    ["v1.2.3", "GreaterThan", "v1.0.0", false],
    ["1.2", "LessThan", "1.10", false],
    ["a", "LessThan", "b", false],
    ["nan", "LessThanOrEquals", 5, false],
  ],
  "the order of other kinds": [
    [true, "GreaterThan", false, false],
    [null, "LessThan", 5, false],
    [null, "LessThanOrEquals", null, false],
    [[1], "GreaterThan", [0], false],
    [{}, "GreaterThan", 0, false],
  ],
  "the Duration operators": [
    ["1h", "DurationGreaterThan", "30m", true],
    ["1h", "DurationGreaterThanOrEquals", 3600, true],
    [3599.9, "DurationLessThan", "1h", true],
    [1.9, "DurationLessThanOrEquals", 1, true],
    ["5", "DurationGreaterThan", 1, false],
    ["0", "DurationLessThan", 1, true],
    [true, "DurationLessThan", 1, false],
    ["1h", "DurationLessThan", null, false],
  ],
  "the case of names": [
    ["a", "equals", "a", true],
    ["a", "ANYIN", ["a"], true],
    [5, "greaterthan", 4, false],
    ["1h", "durationlessthan", "2h", false],
  ],
};

for (const [title, rows] of Object.entries(cases)) {
  describe(title, () => {
    for (const [key, operator, value, expected, numbers] of rows) {
      const text = (operand: Json): string =>
        JSON.stringify(operand, (_, item: unknown) => (typeof item === "bigint" ? `${item}n` : item));
      it(`${text(key)} ${operator} ${text(value)} is ${expected}${numbers === undefined ? "" : ` (${numbers})`}`, () => {
        assert.equal(holds(key, operator, value, numbers), expected);
      });
    }
  });
}

describe("condition operators", () => {
  it("are unknown by other names", () => {
    for (const name of ["", "Exists", "constructor", "__proto__", "Equals "]) {
      assert.equal(findConditionOperator(name), undefined);
    }
  });

  it("give an answer for any operands", () => {
    const operand = fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json);
    const text = fc.constantFrom<Json>(
      "1h",
      "0",
      "1Gi",
      "5",
      "a*",
      "1-10",
      "-5--1",
      '["a"]',
      "null",
      "1.2.3",
    );
    const any = fc.oneof(operand, text);
    const names = fc.constantFrom(
      "Equals",
      "NotEquals",
      "In",
      "NotIn",
      "AnyIn",
      "AllIn",
      "AnyNotIn",
      "AllNotIn",
      "GreaterThan",
      "LessThanOrEquals",
      "DurationLessThan",
    );
    fc.assert(
      fc.property(any, names, any, (key, name, value) => {
        assert.equal(typeof holds(key, name, value), "boolean");
      }),
    );
  });

  it("hold for Equals exactly where they do not for NotEquals, except for null", () => {
    const operand = fc.jsonValue({ maxDepth: 2 }).map((value) => value as Json);
    fc.assert(
      fc.property(operand, operand, (key, value) => {
        const both = [holds(key, "Equals", value), holds(key, "NotEquals", value)];
        assert.equal(both[0] !== both[1], key !== null);
      }),
    );
  });
});
