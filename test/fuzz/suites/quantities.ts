import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  multiplyQuantities,
  parseQuantity,
  subtractQuantities,
} from "#engine/values/quantity.ts";
import type { Quantity } from "#engine/values/quantity.ts";
import { hostileTexts } from "../arbitraries/json.ts";
import { property } from "../suite.ts";
import type { FuzzSuite } from "../suite.ts";

/** A rational number. */
interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

const factors: Readonly<Record<string, Fraction>> = {
  n: { top: 1n, bottom: 10n ** 9n },
  u: { top: 1n, bottom: 10n ** 6n },
  m: { top: 1n, bottom: 1_000n },
  "": { top: 1n, bottom: 1n },
  k: { top: 1_000n, bottom: 1n },
  M: { top: 10n ** 6n, bottom: 1n },
  G: { top: 10n ** 9n, bottom: 1n },
  Ki: { top: 1n << 10n, bottom: 1n },
  Mi: { top: 1n << 20n, bottom: 1n },
  Gi: { top: 1n << 30n, bottom: 1n },
  e3: { top: 1_000n, bottom: 1n },
  "e-3": { top: 1n, bottom: 1_000n },
  E2: { top: 100n, bottom: 1n },
};

interface Written {
  readonly text: string;
  readonly value: Fraction;
}

const digits = fc.nat({ max: 999_999 }).map(String);
const written: fc.Arbitrary<Written> = fc
  .record({
    sign: fc.constantFrom("", "-", "+"),
    whole: fc.oneof(digits, fc.constant("0"), fc.constant("007")),
    decimals: fc.oneof(fc.constant(""), fc.stringMatching(/^\d{1,6}$/)),
    suffix: fc.constantFrom(...Object.keys(factors)),
  })
  .map(({ sign, whole, decimals, suffix }) => {
    const factor = factors[suffix] ?? { top: 1n, bottom: 1n };
    const unsigned = BigInt(`${whole}${decimals}`);
    return {
      text: `${sign}${whole}${decimals === "" ? "" : `.${decimals}`}${suffix}`,
      value: {
        top: (sign === "-" ? -unsigned : unsigned) * factor.top,
        bottom: 10n ** BigInt(decimals.length) * factor.bottom,
      },
    };
  });

/** In billionths, away from zero: nothing finer is kept. */
const inNanos = ({ top, bottom }: Fraction): bigint => {
  const scaled = top * 10n ** 9n;
  const cut = scaled / bottom;
  if (scaled % bottom === 0n) return cut;
  return scaled < 0n ? cut - 1n : cut + 1n;
};

const nanosOf = ({ unscaled, exponent }: Quantity): bigint => {
  assert.ok(exponent >= -9, `finer than billionths: ${exponent}`);
  return unscaled * 10n ** BigInt(exponent + 9);
};

const read = (text: string): Quantity => {
  const quantity = parseQuantity(text);
  assert.ok(quantity !== undefined, `${text} is a quantity`);
  return quantity;
};

const signOf = (value: bigint): number => (value === 0n ? 0 : value < 0n ? -1 : 1);

export const quantities: FuzzSuite = {
  name: "quantities",
  properties: [
    property("reads the exact value in billionths", written, ({ text, value }) => {
      assert.equal(nanosOf(read(text)), inNanos(value));
    }),
    property("compares as fractions do", fc.tuple(written, written), ([left, right]) => {
      const expected = signOf(inNanos(left.value) - inNanos(right.value));
      assert.equal(Math.sign(compareQuantities(read(left.text), read(right.text))), expected);
    }),
    property("writes what it reads as the same value", written, ({ text }) => {
      const quantity = read(text);
      assert.equal(compareQuantities(read(formatQuantity(quantity)), quantity), 0);
    }),
    property("adds, subtracts and multiplies exactly", fc.tuple(written, written), ([left, right]) => {
      const [a, b] = [read(left.text), read(right.text)];
      const sum = addQuantities(a, b);
      const difference = subtractQuantities(a, b);
      assert.ok(sum !== undefined && difference !== undefined);
      assert.equal(nanosOf(sum), nanosOf(a) + nanosOf(b));
      assert.equal(nanosOf(difference), nanosOf(a) - nanosOf(b));
      const { unscaled, exponent } = multiplyQuantities(a, b);
      assert.equal(unscaled * 10n ** BigInt(exponent + 18), nanosOf(a) * nanosOf(b));
    }),
    property(
      "reads any text or refuses it",
      fc.oneof(
        hostileTexts,
        fc
          .array(fc.constantFrom("1", "0", ".", "e", "E", "K", "i", "-", "+", "m", "n", "99999999999"), {
            maxLength: 8,
          })
          .map((parts) => parts.join("")),
      ),
      (text) => {
        const quantity = parseQuantity(text);
        if (quantity === undefined) return;
        assert.equal(compareQuantities(quantity, quantity), 0);
        assert.equal(typeof formatQuantity(quantity), "string");
      },
    ),
  ],
};
