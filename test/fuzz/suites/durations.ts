import assert from "node:assert/strict";
import * as fc from "fast-check";
import { durationError, formatDuration, parseDuration } from "#engine/values/duration.ts";
import { hostileTexts } from "../arbitraries/json.ts";
import { property } from "../suite.ts";
import type { FuzzSuite } from "../suite.ts";

const units: readonly (readonly [string, bigint])[] = [
  ["ns", 1n],
  ["us", 1_000n],
  ["µs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
];

const parts = fc.record({
  whole: fc.nat({ max: 9_999 }),
  thousandths: fc.nat({ max: 999 }),
  hasFraction: fc.boolean(),
  unit: fc.constantFrom(...units),
});

const written = fc
  .record({ sign: fc.constantFrom("", "-", "+"), parts: fc.array(parts, { minLength: 1, maxLength: 4 }) })
  .map(({ sign, parts: list }) => {
    let nanoseconds = 0n;
    let text = sign;
    for (const { whole, thousandths, hasFraction, unit } of list) {
      text += `${whole}${hasFraction ? `.${String(thousandths).padStart(3, "0")}` : ""}${unit[0]}`;
      nanoseconds += BigInt(whole) * unit[1] + (hasFraction ? (BigInt(thousandths) * unit[1]) / 1_000n : 0n);
    }
    return { text, nanoseconds: sign === "-" ? -nanoseconds : nanoseconds };
  });

export const durations: FuzzSuite = {
  name: "durations",
  properties: [
    property("reads the sum of the parts", written, ({ text, nanoseconds }) => {
      assert.equal(parseDuration(text), nanoseconds);
      assert.equal(durationError(text), undefined);
    }),
    property("reads what it writes", fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n }), (nanoseconds) => {
      assert.equal(parseDuration(formatDuration(nanoseconds)), nanoseconds);
    }),
    property(
      "reads any text or says what is wrong with it",
      fc.oneof(
        hostileTexts,
        fc
          .array(fc.constantFrom("1", "0", ".", "h", "m", "s", "ms", "µ", "-", "+", "9".repeat(20), " "), {
            maxLength: 7,
          })
          .map((pieces) => pieces.join("")),
      ),
      (text) => {
        assert.equal(parseDuration(text) === undefined, durationError(text) !== undefined);
      },
    ),
  ],
};
