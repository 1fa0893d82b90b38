import type { Float } from "../../values/json.ts";
import { CelError, noSuchOverload } from "../values/cel-error.ts";
import { isListValue, typeNameOf } from "../values/cel-value.ts";
import type { CelValue, Uint } from "../values/cel-value.ts";
import { doubleNumber, doubleOf, intOf, numericOf, uintOf } from "../values/numbers.ts";
import { compareValues } from "../values/ordering.ts";
import type { FunctionSpec, Library, Overload } from "./function-spec.ts";

const source = "cel-go, math extension";

type Int = number | bigint;
type Double = number | Float;

/** The greatest (`sign` 1) or least (-1) of numbers of any types, or of one list of them. */
function extreme(name: string, cel: string, sign: number): (values: readonly CelValue[]) => CelValue {
  return (values) => {
    const [only] = values;
    const isList = values.length === 1 && only !== undefined && isListValue(only);
    const numbers = isList ? only : values;
    if (numbers.length === 0) {
      throw isList ? new CelError(`${cel}(list) argument must not be empty`) : noSuchOverload(`${name}()`);
    }
    return numbers.reduce((best, value) => {
      const order = compareValues(value, best);
      if (order === undefined || numericOf(best) === undefined) throw noSuchOverload(cel);
      return order * sign > 0 ? value : best;
    });
  };
}

function onlyNumbers(name: string, cel: string, sign: number): (values: readonly CelValue[]) => CelValue {
  const choose = extreme(name, cel, sign);
  return (values) => {
    const chosen = choose(values);
    if (numericOf(chosen) !== undefined) return chosen;
    throw noSuchOverload(`${cel}(${values.map(typeNameOf).join(", ")})`);
  };
}

/** Halves go away from zero. */
function roundHalfAway(value: number): number {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}

function rounding(
  name: string,
  round: (value: number) => number,
  examples: FunctionSpec["examples"],
): FunctionSpec {
  return {
    name: `math.${name}`,
    source,
    overloads: [
      {
        signature: `math.${name}(double): double`,
        call: (value: Double) => doubleOf(round(doubleNumber(value))),
      },
    ],
    examples: [...examples, [`math.${name}(dyn(1))`, { error: `no such overload: math.${name}(int)` }]],
  };
}

function test(name: string, holds: (value: number) => boolean, example: string): FunctionSpec {
  return {
    name: `math.${name}`,
    source,
    overloads: [
      { signature: `math.${name}(double): bool`, call: (value: Double) => holds(doubleNumber(value)) },
    ],
    examples: [
      [`math.${name}(0.0 / 0.0)`, example],
      [`math.${name}(dyn(1))`, { error: `no such overload: math.${name}(int)` }],
    ],
  };
}

/** An operator on the bits of two ints or two uints. */
function bitwise(
  name: string,
  apply: (left: bigint, right: bigint) => bigint,
  example: string,
): FunctionSpec {
  return {
    name: `math.${name}`,
    source,
    overloads: [
      {
        signature: `math.${name}(int, int): int`,
        call: (left: Int, right: Int) => intOf(apply(BigInt(left), BigInt(right))),
      },
      {
        signature: `math.${name}(uint, uint): uint`,
        call: (left: Uint, right: Uint) => uintOf(apply(left.value, right.value)),
      },
    ],
    examples: [
      [`math.${name}(6, 3)`, example],
      [`math.${name}(dyn(1), dyn(1u))`, { error: `no such overload: math.${name}(int, uint)` }],
    ],
  };
}

function shift(
  name: string,
  ofInt: (value: bigint, offset: bigint) => bigint,
  ofUint: (value: bigint, offset: bigint) => bigint,
  example: string,
): FunctionSpec {
  const offsetOf = (offset: Int): bigint => {
    if (offset < 0) throw new CelError(`math.${name}() negative offset: ${offset}`);
    return BigInt(offset);
  };
  return {
    name: `math.${name}`,
    source,
    overloads: [
      {
        signature: `math.${name}(int, int): int`,
        call: (value: Int, offset: Int) => {
          const by = offsetOf(offset);
          return intOf(by >= 64n ? 0n : BigInt.asIntN(64, ofInt(BigInt(value), by)));
        },
      },
      {
        signature: `math.${name}(uint, int): uint`,
        call: (value: Uint, offset: Int) => {
          const by = offsetOf(offset);
          return uintOf(by >= 64n ? 0n : BigInt.asUintN(64, ofUint(value.value, by)));
        },
      },
    ],
    examples: [
      [`math.${name}(4, 1)`, example],
      [`math.${name}(1, -1)`, { error: `math.${name}() negative offset: -1` }],
    ],
  };
}

function absolute(value: Int): CelValue {
  return intOf(value < 0 ? -BigInt(value) : BigInt(value));
}

const rootOverloads: readonly Overload[] = [
  {
    signature: "math.sqrt(double): double",
    call: (value: Double) => doubleOf(Math.sqrt(doubleNumber(value))),
  },
  { signature: "math.sqrt(int): double", call: (value: Int) => doubleOf(Math.sqrt(Number(value))) },
  { signature: "math.sqrt(uint): double", call: (value: Uint) => doubleOf(Math.sqrt(Number(value.value))) },
];

/** The math extension, version 2. */
export const mathLibrary: Library = {
  name: "math",
  functions: [
    {
      name: "math.greatest",
      source,
      overloads: [
        { signature: "math.greatest(dyn...): dyn", call: onlyNumbers("math.greatest", "math.@max", 1) },
      ],
      examples: [
        ["math.greatest(1, 2.5, 2u)", "2.5"],
        ["math.greatest([1, 3, 2])", "3"],
        ["math.greatest(dyn([]))", { error: "math.@max(list) argument must not be empty" }],
      ],
    },
    {
      name: "math.least",
      source,
      overloads: [{ signature: "math.least(dyn...): dyn", call: onlyNumbers("math.least", "math.@min", -1) }],
      examples: [
        ["math.least(1, -2.5, 2u)", "-2.5"],
        ["math.least(dyn([]))", { error: "math.@min(list) argument must not be empty" }],
      ],
    },
    rounding("ceil", Math.ceil, [["math.ceil(1.2)", "2.0"]]),
    rounding("floor", Math.floor, [["math.floor(-1.2)", "-2.0"]]),
    rounding("round", roundHalfAway, [["math.round(-1.5)", "-2.0"]]),
    rounding("trunc", Math.trunc, [["math.trunc(-1.5)", "-1.0"]]),
    {
      name: "math.abs",
      source,
      overloads: [
        {
          signature: "math.abs(double): double",
          call: (value: Double) => doubleOf(Math.abs(doubleNumber(value))),
        },
        { signature: "math.abs(int): int", call: absolute },
        { signature: "math.abs(uint): uint", call: (value: Uint) => value },
      ],
      examples: [
        ["math.abs(-1)", "1"],
        ["math.abs(-9223372036854775808)", { error: "integer overflow" }],
      ],
    },
    {
      name: "math.sign",
      source,
      overloads: [
        {
          signature: "math.sign(double): double",
          call: (value: Double) => doubleOf(Math.sign(doubleNumber(value))),
        },
        { signature: "math.sign(int): int", call: (value: Int) => (value < 0 ? -1 : value > 0 ? 1 : 0) },
        { signature: "math.sign(uint): uint", call: (value: Uint) => uintOf(value.value > 0n ? 1n : 0n) },
      ],
      examples: [
        ["math.sign(-42)", "-1"],
        ["math.sign(dyn('a'))", { error: "no such overload: math.sign(string)" }],
      ],
    },
    {
      name: "math.sqrt",
      source,
      overloads: rootOverloads,
      examples: [
        ["math.sqrt(81)", "9.0"],
        ["math.sqrt(dyn('a'))", { error: "no such overload: math.sqrt(string)" }],
      ],
    },
    test("isNaN", Number.isNaN, "true"),
    test("isInf", (value) => Math.abs(value) === Number.POSITIVE_INFINITY, "false"),
    test("isFinite", Number.isFinite, "false"),
    bitwise("bitAnd", (left, right) => left & right, "2"),
    bitwise("bitOr", (left, right) => left | right, "7"),
    bitwise("bitXor", (left, right) => left ^ right, "5"),
    {
      name: "math.bitNot",
      source,
      overloads: [
        { signature: "math.bitNot(int): int", call: (value: Int) => intOf(~BigInt(value)) },
        {
          signature: "math.bitNot(uint): uint",
          call: (value: Uint) => uintOf(BigInt.asUintN(64, ~value.value)),
        },
      ],
      examples: [
        ["math.bitNot(1)", "-2"],
        ["math.bitNot(dyn(1.5))", { error: "no such overload: math.bitNot(double)" }],
      ],
    },
    shift(
      "bitShiftLeft",
      (value, by) => value << by,
      (value, by) => value << by,
      "8",
    ),
    shift(
      "bitShiftRight",
      (value, by) => BigInt.asUintN(64, value) >> by,
      (value, by) => value >> by,
      "2",
    ),
  ],
};
