import { utf8Bytes } from "../../jmespath/utf8.ts";
import { parseFloat64, parseInt64 } from "../../values/go-parse.ts";
import type { Float } from "../../values/json.ts";
import { traversalCost } from "../compile/sizes.ts";
import { CelError } from "../values/cel-error.ts";
import { typeNameOf } from "../values/cel-value.ts";
import type { CelValue, Uint } from "../values/cel-value.ts";
import { doubleNumber, doubleOf, intOf, uintOf } from "../values/numbers.ts";
import { Bytes, TypeValue } from "../values/objects.ts";
import type { Duration, Timestamp } from "../values/objects.ts";
import { timestampOf } from "../values/temporal.ts";
import type { FunctionSpec, Overload } from "./function-spec.ts";
import { conversionError, durationFromText, timestampFromText } from "./text-times.ts";
import { scalarText, strictUtf8Text } from "./value-text.ts";

const source = "cel-spec, standard definitions";
const nanoseconds = 1_000_000_000n;

/** An int from a double: cut at the point, and strictly within 64 bits. */
function intFromDouble(value: number | Float): CelValue {
  const number = doubleNumber(value);
  if (!Number.isFinite(number) || number <= -(2 ** 63) || number >= 2 ** 63)
    throw new CelError("integer overflow");
  return intOf(BigInt(Math.trunc(number)));
}

function uintFromDouble(value: number | Float): CelValue {
  const number = doubleNumber(value);
  if (!Number.isFinite(number) || number < 0 || number >= 2 ** 64) {
    throw new CelError("unsigned integer overflow");
  }
  return uintOf(BigInt(Math.trunc(number)));
}

function intFromText(text: string): CelValue {
  const value = parseInt64(text);
  if (value === undefined) throw conversionError("string", "int");
  return intOf(value);
}

function uintFromText(text: string): CelValue {
  if (!/^[0-9]{1,40}$/.test(text) || BigInt(text) >= 1n << 64n) throw conversionError("string", "uint");
  return uintOf(BigInt(text));
}

function doubleFromText(text: string): CelValue {
  const value = parseFloat64(text);
  if (value === undefined) throw conversionError("string", "double");
  return doubleOf(value);
}

const boolTexts: ReadonlyMap<string, boolean> = new Map([
  ...["1", "t", "T", "TRUE", "true", "True"].map((text): [string, boolean] => [text, true]),
  ...["0", "f", "F", "FALSE", "false", "False"].map((text): [string, boolean] => [text, false]),
]);

function boolFromText(text: string): boolean {
  const value = boolTexts.get(text);
  if (value === undefined) throw conversionError("string", "bool");
  return value;
}

function same(value: CelValue): CelValue {
  return value;
}

const textCost = (text: string): number => traversalCost(text);

/** A conversion function with one overload per type that it takes. */
function conversion(
  name: string,
  result: string,
  takes: Readonly<Record<string, Overload["call"]>>,
  examples: FunctionSpec["examples"],
): FunctionSpec {
  const overloads = Object.entries(takes).map(([type, call]) => ({
    signature: `${name}(${type}): ${result}`,
    call,
  }));
  return { name, source, overloads, examples };
}

export const conversionFunctions: readonly FunctionSpec[] = [
  conversion(
    "int",
    "int",
    {
      int: same,
      uint: (value: Uint) => intOf(value.value),
      double: intFromDouble,
      string: intFromText,
      timestamp: (value: Timestamp) => intOf(floorDivide(value.nanoseconds, nanoseconds)),
      duration: (value: Duration) => intOf(value.nanoseconds),
    },
    [
      ["int('42')", "42"],
      ["int(-3.9)", "-3"],
      ["int(timestamp('1970-01-01T00:01:00Z'))", "60"],
      ["int('4x')", { error: "type conversion error from 'string' to 'int'" }],
      ["int(1e99)", { error: "integer overflow" }],
    ],
  ),
  conversion(
    "uint",
    "uint",
    {
      uint: same,
      int: (value: number | bigint) => uintOf(BigInt(value)),
      double: uintFromDouble,
      string: uintFromText,
    },
    [
      ["uint('42')", "42u"],
      ["uint(-1)", { error: "unsigned integer overflow" }],
    ],
  ),
  conversion(
    "double",
    "double",
    {
      double: same,
      int: (value: number | bigint) => doubleOf(Number(value)),
      uint: (value: Uint) => doubleOf(Number(value.value)),
      string: doubleFromText,
    },
    [
      ["double('1.5')", "1.5"],
      ["double('x')", { error: "type conversion error from 'string' to 'double'" }],
    ],
  ),
  {
    name: "string",
    source,
    overloads: ["string", "int", "uint", "double", "bool", "timestamp", "duration"]
      .map((type): Overload => ({ signature: `string(${type}): string`, call: scalarText }))
      .concat([
        {
          signature: "string(bytes): string",
          call: (bytes: Bytes) => strictUtf8Text(bytes.value),
          cost: traversalCost,
        },
      ]),
    examples: [
      ["string(1.5)", "'1.5'"],
      ["string(duration('1m30s'))", "'90s'"],
      ["string(b'\\xff')", { error: "invalid UTF-8 in bytes, cannot convert to string" }],
    ],
  },
  {
    name: "bytes",
    source,
    overloads: [
      { signature: "bytes(bytes): bytes", call: same },
      {
        signature: "bytes(string): bytes",
        call: (text: string) => new Bytes(utf8Bytes(text)),
        cost: textCost,
      },
    ],
    examples: [
      ["bytes('é')", "b'\\xc3\\xa9'"],
      ["bytes(dyn(1))", { error: "no such overload: bytes(int)" }],
    ],
  },
  conversion("bool", "bool", { bool: same, string: boolFromText }, [
    ["bool('t')", "true"],
    ["bool('yes')", { error: "type conversion error from 'string' to 'bool'" }],
  ]),
  conversion(
    "timestamp",
    "timestamp",
    {
      timestamp: same,
      string: timestampFromText,
      int: (seconds: number | bigint) => timestampOf(BigInt(seconds) * nanoseconds),
    },
    [
      ["timestamp('2025-01-02T15:30:00Z') - timestamp('2025-01-02T15:00:00Z')", "duration('30m')"],
      [
        "timestamp('2020-01-01')",
        { error: "type conversion error from 'string' to 'google.protobuf.Timestamp'" },
      ],
    ],
  ),
  conversion(
    "duration",
    "duration",
    {
      duration: same,
      string: durationFromText,
    },
    [
      ["duration('90m')", "duration('1h30m')"],
      ["duration('7d')", { error: "type conversion error from 'string' to 'google.protobuf.Duration'" }],
    ],
  ),
  {
    name: "dyn",
    source,
    overloads: [{ signature: "dyn(A): dyn", call: same }],
    examples: [
      ["dyn(1) == 1.0", "true"],
      ["dyn(1 / 0)", { error: "division by zero" }],
    ],
  },
  {
    name: "type",
    source,
    overloads: [
      { signature: "type(A): type(A)", call: (value: CelValue) => new TypeValue(typeNameOf(value)) },
    ],
    examples: [
      ["type(1)", "int"],
      ["type(type(1))", "type"],
      ["type(1 / 0)", { error: "division by zero" }],
    ],
  },
];

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value < 0n && quotient * divisor !== value ? quotient - 1n : quotient;
}
