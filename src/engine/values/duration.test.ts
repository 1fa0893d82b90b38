import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { durationError, formatDuration, parseDuration } from "./duration.ts";

const max = 2n ** 63n;

describe("parseDuration", () => {
  const durations: readonly (readonly [text: string, nanoseconds: bigint, written: string])[] = [
    ["0", 0n, "0s"],
    ["-0", 0n, "0s"],
    ["1h", 3_600_000_000_000n, "1h0m0s"],
    ["1.5h", 5_400_000_000_000n, "1h30m0s"],
    ["1h30m", 5_400_000_000_000n, "1h30m0s"],
    ["1h1h", 7_200_000_000_000n, "2h0m0s"],
    ["100s", 100_000_000_000n, "1m40s"],
    ["300ms", 300_000_000n, "300ms"],
    ["-5m", -300_000_000_000n, "-5m0s"],
    ["+1.s", 1_000_000_000n, "1s"],
    [".5s", 500_000_000n, "500ms"],
    ["1.5s", 1_500_000_000n, "1.5s"],
    ["1us", 1_000n, "1µs"],
    ["1.5µs", 1_500n, "1.5µs"],
    ["1μs", 1_000n, "1µs"],
    ["7ns", 7n, "7ns"],
    ["0.9223372036854775808s", 922_337_203n, "922.337203ms"],
    ["0.100000000000000000000h", 360_000_000_000n, "6m0s"],
    ["9223372036854775807ns", max - 1n, "2562047h47m16.854775807s"],
    ["-9223372036854775808ns", -max, "-2562047h47m16.854775808s"],
  ];
  for (const [text, nanoseconds, written] of durations) {
    it(`reads ${text}, which is written ${written}`, () => {
      assert.equal(parseDuration(text), nanoseconds);
      assert.equal(durationError(text), undefined);
      assert.equal(formatDuration(nanoseconds), written);
    });
  }

  const others: readonly (readonly [text: string, error: string])[] = [
    ["", 'time: invalid duration ""'],
    ["5", 'time: missing unit in duration "5"'],
    ["1d", 'time: unknown unit "d" in duration "1d"'],
    ["1 s", 'time: unknown unit " s" in duration "1 s"'],
    [".s", 'time: invalid duration ".s"'],
    ["-", 'time: invalid duration "-"'],
    ["--1s", 'time: invalid duration "--1s"'],
    ['"h', 'time: invalid duration "\\"h"'],
    ["éh", 'time: invalid duration "\\xc3\\xa9h"'],
    ["3000000h", 'time: invalid duration "3000000h"'],
    ["9223372036854775808ns", 'time: invalid duration "9223372036854775808ns"'],
  ];
  for (const [text, error] of others) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.equal(parseDuration(text), undefined);
      assert.equal(durationError(text), error);
    });
  }

  it("reads what formatDuration writes", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -max, max: max - 1n }), (nanoseconds) => {
        // Go computes fractions of a second in floating point, exactly up to nine digits.
        assert.equal(parseDuration(formatDuration(nanoseconds)), nanoseconds);
      }),
    );
  });
});
