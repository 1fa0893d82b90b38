import { utf8Bytes } from "../../../jmespath/utf8.ts";
import { compareText } from "../../../values/go-format.ts";
import { noSuchOverload, CelError } from "../../values/cel-error.ts";
import { isListValue, typeNameOf } from "../../values/cel-value.ts";
import type { CelValue } from "../../values/cel-value.ts";
import type { Meter } from "../../values/equality.ts";
import { isMapValue, mapEntries } from "../../values/map-access.ts";
import { doubleNumber, isDoubleValue } from "../../values/numbers.ts";
import { Bytes, Duration, Timestamp, TypeValue } from "../../values/objects.ts";
import { exponentText, fixedText } from "../float-text.ts";
import { formatError, formatText, wholeNumber } from "../format-text.ts";
import type { CallContext, Library } from "../function-spec.ts";
import { durationText, scalarText, strictUtf8Text, timestampText } from "../value-text.ts";

const maxDepth = 100;
const digits = 6;
const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const stringKinds =
  "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps";

/** A clause as cel-go's strings library has it up to its version 2, which Kubernetes and Kyverno use. */
function clause(letter: string, precision: number, value: CelValue, context: CallContext): string {
  switch (letter) {
    case "s":
      return shown(value, context);
    case "d":
      return whole(value)?.toString() ?? fail("decimal clause can only be used on integers", value);
    case "f":
      return grouped(double(value, "fixed-point clause can only be used on doubles"), precision);
    case "e":
      return scientific(double(value, "scientific clause can only be used on doubles"));
    case "b":
      if (typeof value === "boolean") return value ? "1" : "0";
      return whole(value)?.toString(2) ?? fail("only integers and bools can be formatted as binary", value);
    case "o":
      return whole(value)?.toString(8) ?? fail("octal clause can only be used on integers", value);
    default: {
      const text = hexadecimal(value);
      return letter === "X" ? text.toUpperCase() : text;
    }
  }
}

function fail(expected: string, value: CelValue): never {
  throw formatError(expected, value);
}

const whole = wholeNumber;

function hexadecimal(value: CelValue): string {
  const bytes =
    typeof value === "string" ? utf8Bytes(value) : value instanceof Bytes ? value.value : undefined;
  if (bytes !== undefined) return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return (
    whole(value)?.toString(16) ??
    fail("only integers, byte buffers, and strings can be formatted as hex", value)
  );
}

function double(value: CelValue, expected: string): number {
  if (isDoubleValue(value)) return doubleNumber(value);
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  throw formatError(expected, value);
}

function special(value: number): string | undefined {
  if (Number.isFinite(value)) return undefined;
  return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "-∞";
}

/** With a comma between thousands, as English has it. */
function grouped(value: number, precision: number): string {
  const [, sign = "", integer = "", fraction = ""] =
    /^(-?)([0-9]+)(.*)$/.exec(special(value) ?? fixedText(value, precision)) ?? [];
  if (value === 0) return fixedText(0, precision);
  return special(value) ?? sign + integer.replaceAll(/\B(?=(?:[0-9]{3})+$)/g, ",") + fraction;
}

/** `1.052033×10⁰³`. */
function scientific(value: number): string {
  // The precision of six is taken for the width.
  const text = special(value)?.padStart(digits) ?? exponentText(value === 0 ? 0 : value, digits);
  return text.replace(/e([+-])([0-9]+)$/, (_, sign: string, exponent: string) => {
    const raised = exponent.replaceAll(/[0-9]/g, (digit) => superscripts[Number(digit)] ?? "");
    return `×10${sign === "-" ? "⁻" : ""}${raised}`;
  });
}

/** What stands alone is its own text; within lists and maps texts are quoted, and times are calls. */
function shown(value: CelValue, meter: Meter): string {
  if (isListValue(value) || isMapValue(value)) return literal(value, 0, meter);
  if (value === null) return "null";
  if (value instanceof TypeValue) return value.name;
  try {
    if (value instanceof Bytes) return strictUtf8Text(value.value);
    return scalarText(value);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    if (!(value instanceof Bytes)) throw formatError(stringKinds, value);
    const argument = JSON.stringify(error.message);
    throw new CelError(`error during formatting: could not convert argument ${argument} to string`);
  }
}

function literal(value: CelValue, depth: number, meter: Meter): string {
  meter.work(typeof value === "string" ? 8 + value.length / 16 : 8);
  if (depth > maxDepth) throw new CelError(`values nested deeper than ${maxDepth} levels are not formatted`);
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Bytes) return `b${JSON.stringify(strictUtf8Text(value.value))}`;
  if (isDoubleValue(value)) {
    const number = doubleNumber(value);
    if (Number.isFinite(number)) return fixedText(number, digits);
    return JSON.stringify(Number.isNaN(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf");
  }
  if (value instanceof Timestamp) return `timestamp(${JSON.stringify(timestampText(value))})`;
  if (value instanceof Duration) return `duration(${JSON.stringify(durationText(value))})`;
  if (isListValue(value)) return `[${value.map((item) => literal(item, depth + 1, meter)).join(", ")}]`;
  if (isMapValue(value)) {
    const entries = Array.from(mapEntries(value), ([key, item]) => {
      if (isDoubleValue(key)) throw new CelError("no formatting function for map key of type double");
      return [literal(key, depth + 1, meter), literal(item, depth + 1, meter)] as const;
    });
    entries.sort(([left], [right]) => compareText(left, right));
    return `{${entries.map(([key, item]) => `${key}:${item}`).join(", ")}}`;
  }
  if (value === null || typeof value === "boolean" || whole(value) !== undefined) return shown(value, meter);
  if (value instanceof TypeValue) return value.name;
  throw new CelError(`error during formatting: no formatting function for ${typeNameOf(value)}`);
}

function format(text: string, values: readonly CelValue[], context: CallContext): string {
  return formatText(text, values, context, clause);
}

/** Milliseconds of a duration as a whole, not those beside its seconds. */
function milliseconds(duration: CelValue): number {
  if (duration instanceof Duration) return Number(duration.nanoseconds / 1_000_000n);
  throw noSuchOverload("getMilliseconds");
}

/** Functions that are another thing in Kubernetes and Kyverno than in the newest cel-go and cel-spec. */
export const dialectLibrary: Library = {
  name: "dialect",
  overrides: true,
  functions: [
    {
      name: "format of texts",
      source: "cel-go, strings extension, version 2",
      overloads: [
        {
          signature: "(string).format(list(dyn)): string",
          call: format,
          cost: (text: string) => Math.ceil(text.length / 10),
        },
      ],
      examples: [
        ["'%s has %d'.format(['a', 2])", "'a has 2'"],
        ["'%.2f %x %b'.format([1234.5, 255, 5])", "'1,234.50 ff 101'"],
        ["'%e'.format([1052.033])", "'1.052033×10⁰³'"],
        ["'%s'.format([[dyn(1), 'a', {'b': null}]])", `'[1, "a", {"b":null}]'`],
        [
          "'%d'.format([1.5])",
          { error: "error during formatting: decimal clause can only be used on integers, was given double" },
        ],
      ],
    },
    {
      name: "getMilliseconds of a duration",
      source: "cel-go, standard library",
      overloads: [{ signature: "(duration).getMilliseconds(): int", call: milliseconds }],
      examples: [
        ["duration('1m30s').getMilliseconds()", "90000"],
        ["dyn(1).getMilliseconds()", { error: "no such overload: getMilliseconds(int)" }],
      ],
    },
  ],
};
