import type { Float } from "../../../values/json.ts";
import type { CelValue } from "../../values/cel-value.ts";
import { doubleNumber, doubleOf } from "../../values/numbers.ts";
import type { Library } from "../function-spec.ts";

/** Halves go away from zero; a negative precision rounds before the point. */
function round(value: number | Float, precision: number | bigint): CelValue {
  const factor = 10 ** Number(precision);
  const scaled = doubleNumber(value) * factor;
  const whole = Math.sign(scaled) * Math.round(Math.abs(scaled));
  const result = whole / factor;
  return doubleOf(Number.isFinite(result) ? result : doubleNumber(value));
}

/** Rounding to a number of digits. */
export const roundingLibrary: Library = {
  name: "rounding",
  functions: [
    {
      name: "math.round with a precision",
      source: "Kyverno, math library",
      overloads: [{ signature: "math.round(double, int): double", call: round }],
      examples: [
        ["math.round(10.125, 2)", "10.13"],
        ["math.round(12345.6789, -2)", "12300.0"],
        ["math.round(dyn(1), 2)", { error: "no such overload: math.round(int, int)" }],
      ],
    },
  ],
};
