import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Budget, BudgetExceeded } from "../budget.ts";
import {
  compareText,
  formatFloat,
  formatFloatExponent,
  formatFloatFixed,
  formatInt,
  formatNumber,
  formatValue,
} from "./go-format.ts";
import { goTypeName } from "./go-type-name.ts";
import { Float } from "./json.ts";
import type { Json } from "./json.ts";

const floats: readonly (readonly [value: number, plain: string, exponent: string, fixed: string])[] = [
  [0, "0", "0E+00", "0.000000"],
  [-0, "-0", "-0E+00", "-0.000000"],
  [1, "1", "1E+00", "1.000000"],
  [100_000, "100000", "1E+05", "100000.000000"],
  [1_000_000, "1e+06", "1E+06", "1000000.000000"],
  [1_234_567.5, "1.2345675e+06", "1.2345675E+06", "1234567.500000"],
  [8080, "8080", "8.08E+03", "8080.000000"],
  [0.1, "0.1", "1E-01", "0.100000"],
  [-0.5, "-0.5", "-5E-01", "-0.500000"],
  [0.0001, "0.0001", "1E-04", "0.000100"],
  [0.000_01, "1e-05", "1E-05", "0.000010"],
  [1.5e-7, "1.5e-07", "1.5E-07", "0.000000"],
  [1e21, "1e+21", "1E+21", "1000000000000000000000.000000"],
  [1e100, "1e+100", "1E+100", `${BigInt(1e100)}.000000`],
  [1 / 128, "0.0078125", "7.8125E-03", "0.007812"],
  [3 / 128, "0.0234375", "2.34375E-02", "0.023438"],
  [-5 / 128, "-0.0390625", "-3.90625E-02", "-0.039062"],
  [Number.NaN, "NaN", "NaN", "NaN"],
  [Number.NEGATIVE_INFINITY, "-Inf", "-Inf", "-Inf"],
];

describe("Go's texts of floats", () => {
  for (const [value, plain, exponent, fixed] of floats) {
    it(`for ${Object.is(value, -0) ? "-0" : value} are ${plain}, ${exponent} and ${fixed}`, () => {
      assert.deepEqual(
        [formatFloat(value), formatFloatExponent(value), formatFloatFixed(value)],
        [plain, exponent, fixed],
      );
    });
  }
});

describe("Go's texts of values", () => {
  it("depend on the kind of a number", () => {
    const texts = (["int64", "float64"] as const).map((mode) => [
      formatNumber(1_000_000, mode),
      formatNumber(9_007_199_254_740_993n, mode),
      formatNumber(2.5, mode),
    ]);
    assert.deepEqual(texts[0], ["1000000", "9007199254740993", "2.5"]);
    assert.deepEqual(texts[1], ["1e+06", "9.007199254740992e+15", "2.5"]);
    assert.equal(formatNumber(new Float(5), "int64"), "5");
    assert.equal(formatInt(-0), "0");
  });

  it("show maps by sorted keys", () => {
    const value: Json = { b: [1, "x", null, true, {}, []], a: { c: 2.5 } };
    assert.equal(formatValue(value, "int64", new Budget()), "map[a:map[c:2.5] b:[1 x <nil> true map[] []]]");
  });

  it("end at the budget", () => {
    let deep: Json = 1;
    for (let depth = 0; depth < 1000; depth++) deep = [deep];
    assert.throws(() => formatValue(deep, "int64", new Budget()), BudgetExceeded);
    const wide: Json = Array.from({ length: 100 }, () => "x".repeat(100));
    const budget = new Budget({ ...new Budget().limits, maxTextLength: 1000 });
    assert.throws(() => formatValue(wide, "int64", budget), BudgetExceeded);
  });

  it("name types", () => {
    const values: readonly (Json | undefined)[] = [
      undefined,
      null,
      "a",
      true,
      [],
      {},
      1,
      1.5,
      1n,
      new Float(1),
    ];
    assert.deepEqual(
      values.map((value) => goTypeName(value, "int64")),
      [
        "<nil>",
        "<nil>",
        "string",
        "bool",
        "[]interface {}",
        "map[string]interface {}",
        "int64",
        "float64",
        "int64",
        "float64",
      ],
    );
    assert.equal(goTypeName(1, "float64"), "float64");
  });

  it("are ordered by code points", () => {
    const sorted = ["b", "a", "ab", "", "😀", "\uffff"].sort(compareText);
    assert.deepEqual(sorted, ["", "a", "ab", "b", "\uffff", "😀"]);
  });
});
