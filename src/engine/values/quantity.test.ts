import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import {
  addQuantities,
  compareQuantities,
  divideQuantities,
  formatQuantity,
  multiplyQuantities,
  parseQuantity,
  quantityToFloat,
  subtractQuantities,
} from "./quantity.ts";
import type { Quantity } from "./quantity.ts";

function quantity(text: string): Quantity {
  const parsed = parseQuantity(text);
  assert.ok(parsed !== undefined, `${text} is no quantity`);
  return parsed;
}

function format(value: Quantity | undefined): string | undefined {
  return value === undefined ? undefined : formatQuantity(value);
}

describe("parseQuantity and formatQuantity", () => {
  const canonical: readonly (readonly [text: string, expected: string])[] = [
    ["0", "0"],
    ["-0", "0"],
    ["00012", "12"],
    ["5", "5"],
    ["+5", "5"],
    ["1.5", "1500m"],
    ["0.1", "100m"],
    [".5", "500m"],
    ["5.", "5"],
    ["1000", "1k"],
    ["1500", "1500"],
    ["100000", "100k"],
    ["1e3", "1e3"],
    ["1E3", "1e3"],
    ["1e-3", "1e-3"],
    ["12e4", "120e3"],
    ["1.5Gi", "1536Mi"],
    ["0.5Gi", "512Mi"],
    ["1024", "1024"],
    ["1024Ki", "1Mi"],
    ["1000Ki", "1000Ki"],
    ["0.5Ki", "512"],
    ["0.0001Ki", "102400u"],
    ["8Ei", "9223372036854775807"],
    ["-1.5", "-1500m"],
    ["100n", "100n"],
    ["0.5n", "1n"],
    ["-0.5n", "-1n"],
    ["1u", "1u"],
    ["3T", "3T"],
    ["1000E", "1000E"],
    ["1e4294967299", "1e3"],
    ["m", "0"],
    ["Ki", "0"],
    ["+", "0"],
    [".", "0"],
  ];
  for (const [text, expected] of canonical) {
    it(`read ${JSON.stringify(text)} and write it as ${expected}`, () => {
      assert.equal(formatQuantity(quantity(text)), expected);
    });
  }

  for (const text of [
    "",
    " 5",
    "5 ",
    "1K",
    "1Mib",
    "1e",
    "1.2.3",
    "--1",
    "0x10",
    "10%",
    "1d",
    "1_0",
    "abc",
    "Ei",
    "e-10",
    "1e9999999999999999999",
  ]) {
    it(`do not take ${JSON.stringify(text)} for a quantity`, () =>
      assert.equal(parseQuantity(text), undefined));
  }

  it("agree with each other", () => {
    const suffixes = fc.constantFrom(
      "",
      "n",
      "u",
      "m",
      "k",
      "M",
      "G",
      "T",
      "P",
      "Ki",
      "Mi",
      "Gi",
      "Ti",
      "e3",
      "e-3",
    );
    const digits = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
    fc.assert(
      fc.property(digits, fc.nat(999), suffixes, (whole, fraction, suffix) => {
        const value = quantity(`${whole}.${fraction}${suffix}`);
        const text = formatQuantity(value);
        assert.equal(compareQuantities(quantity(text), value), 0);
        assert.equal(formatQuantity(quantity(text)), text);
        assert.ok(!text.includes("."));
      }),
    );
  });
});

describe("compareQuantities", () => {
  const cases: readonly (readonly [left: string, right: string, expected: number])[] = [
    ["100m", "0.1", 0],
    ["1.10", "1.1", 0],
    ["1Ki", "1024", 0],
    ["1G", "1Gi", -1],
    ["-1", "1n", -1],
    ["-2", "-1", -1],
    ["0", "-1n", 1],
    ["12e45678", "12e45679", -1],
    ["12e45679", "120e45678", 0],
    ["-12e45678", "1", -1],
    ["1e2000000000", "9e1999999999", 1],
    ["0e2000000000", "0", 0],
  ];
  for (const [left, right, expected] of cases) {
    it(`finds ${left} ${["less than", "equal to", "greater than"][expected + 1] ?? ""} ${right}`, () => {
      assert.equal(Math.sign(compareQuantities(quantity(left), quantity(right))), expected);
      assert.equal(Math.sign(compareQuantities(quantity(right), quantity(left))), -expected + 0);
    });
  }
});

describe("arithmetic", () => {
  const add = (left: string, right: string) => format(addQuantities(quantity(left), quantity(right)));
  const subtract = (left: string, right: string) =>
    format(subtractQuantities(quantity(left), quantity(right)));
  const multiply = (left: string, right: string) =>
    format(multiplyQuantities(quantity(left), quantity(right)));
  const divide = (left: string, right: string) => format(divideQuantities(quantity(left), quantity(right)));

  const cases: readonly (readonly [
    title: string,
    actual: string | undefined,
    expected: string | undefined,
  ])[] = [
    ["12Ki + 13Ki", add("12Ki", "13Ki"), "25Ki"],
    ["12Ki + 13", add("12Ki", "13"), "12301"],
    ["1M + 1Mi", add("1M", "1Mi"), "2048576"],
    ["0.1 + 0.2", add("0.1", "0.2"), "300m"],
    ["1.5 + 2", add("1.5", "2"), "3500m"],
    ["0 + 1Ki", add("0", "1Ki"), "1Ki"],
    ["1e45678 + 1", add("1e45678", "1"), undefined],
    ["12Ki - 13Ki", subtract("12Ki", "13Ki"), "-1Ki"],
    ["1 - 1", subtract("1", "1"), "0"],
    ["1Gi * 0.5", multiply("1Gi", "0.5"), "512Mi"],
    ["12 * 2.5", multiply("12", "2.5"), "30"],
    ["1n * 0.5", multiply("1n", "0.5"), "1n"],
    ["12Ki / 3", divide("12Ki", "3"), "4Ki"],
    ["10 / 3", divide("10", "3"), "3"],
    ["-10 / 3", divide("-10", "3"), "-3"],
    ["1 / 3", divide("1", "3"), "0"],
    ["100m / 3", divide("100m", "3"), "33m"],
    ["1 / 0", divide("1", "0"), undefined],
    ["1 / 1e45678", divide("1", "1e45678"), undefined],
  ];
  for (const [title, actual, expected] of cases) {
    it(`${title} is ${expected ?? "not computed"}`, () => assert.equal(actual, expected));
  }

  it("gives floats", () => {
    const texts = ["12Ki", "100m", "1.5", "-2G", "0", "1e400"];
    const floats = texts.map((text) => quantityToFloat(quantity(text)));
    assert.deepEqual(floats, [12288, 0.1, 1.5, -2e9, 0, Number.POSITIVE_INFINITY]);
  });
});
