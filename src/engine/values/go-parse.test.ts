import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseFloat64, parseInt64 } from "./go-parse.ts";

describe("parseInt64", () => {
  const cases: readonly (readonly [text: string, expected: bigint | undefined])[] = [
    ["5", 5n],
    ["-5", -5n],
    ["+05", 5n],
    ["9223372036854775807", 2n ** 63n - 1n],
    ["-9223372036854775808", -(2n ** 63n)],
    ["9223372036854775808", undefined],
    ["100000000000000000000", undefined],
    ["", undefined],
    ["-", undefined],
    ["5.0", undefined],
    ["1e3", undefined],
    ["1_0", undefined],
    [" 5", undefined],
  ];
  for (const [text, expected] of cases) {
    it(`reads ${JSON.stringify(text)} as ${expected}`, () => assert.equal(parseInt64(text), expected));
  }
});

describe("parseFloat64", () => {
  const cases: readonly (readonly [text: string, expected: number | undefined])[] = [
    ["1e3", 1000],
    ["0.50", 0.5],
    [".5", 0.5],
    ["5.", 5],
    ["-0", -0],
    ["1_000", 1000],
    ["1__0", undefined],
    ["_1", undefined],
    ["1_", undefined],
    ["1_.5", undefined],
    ["0x1p-2", 0.25],
    ["0x1.8p1", 3],
    ["-0x_1p4", -16],
    ["0x1F", undefined],
    ["0xp1", undefined],
    ["inf", Number.POSITIVE_INFINITY],
    ["-Infinity", Number.NEGATIVE_INFINITY],
    ["NaN", Number.NaN],
    ["-nan", undefined],
    ["1e400", undefined],
    ["", undefined],
    [".", undefined],
    ["e5", undefined],
    [" 1", undefined],
    ["1 ", undefined],
    ["x", undefined],
  ];
  for (const [text, expected] of cases) {
    it(`reads ${JSON.stringify(text)} as ${expected}`, () => assert.equal(parseFloat64(text), expected));
  }
});
