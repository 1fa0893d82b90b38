import { utf8Bytes } from "../../jmespath/utf8.ts";
import { compareText } from "../../values/go-format.ts";
import { CelError } from "../values/cel-error.ts";
import { isListValue, typeNameOf, Uint } from "../values/cel-value.ts";
import type { CelValue } from "../values/cel-value.ts";
import type { Meter } from "../values/equality.ts";
import { isMapValue, mapEntries } from "../values/map-access.ts";
import { doubleNumber, isDoubleValue } from "../values/numbers.ts";
import { Bytes, Duration, Timestamp, TypeValue } from "../values/objects.ts";
import { exponentText, fixedText } from "./float-text.ts";
import type { CallContext } from "./function-spec.ts";
import { durationText, plainFloat, strictUtf8Text, timestampText } from "./value-text.ts";

const maxPrecision = 100;
const maxDepth = 100;
const clause = /%(?:%|(?:\.([0-9]+))?([sdfebxXo]))/y;

/** Text of a value for a letter: `s`, `d`, `f`, `e`, `b`, `x`, `X` or `o`. Throws a `CelError`. */
export type Clause = (letter: string, precision: number, value: CelValue, context: CallContext) => string;

/** `format`: `%s %d %f %e %b %x %X %o %%`, with a precision for `f` and `e`. Throws a `CelError`. */
export function formatText(
  text: string,
  values: readonly CelValue[],
  context: CallContext,
  formatClause: Clause = latestClause,
): string {
  let result = "";
  let index = 0;
  let from = 0;
  for (let at = text.indexOf("%"); at >= 0; at = text.indexOf("%", from)) {
    result += text.slice(from, at);
    clause.lastIndex = at;
    const match = clause.exec(text);
    if (match?.[0] === "%%") {
      result += "%";
    } else {
      const value = values[index];
      if (value === undefined) throw new CelError(`index ${index} out of range`);
      if (match === null) throw badClause(text, at);
      const piece = formatClause(match[2] ?? "", precisionOf(match[1]), value, context);
      context.work(piece.length / 4);
      result += piece;
      index++;
    }
    from = clause.lastIndex;
  }
  return result + text.slice(from);
}

function badClause(text: string, at: number): CelError {
  const letter = /^%(?:\.[0-9]+)?(.)/su.exec(text.slice(at))?.[1];
  if (letter === undefined) return new CelError("unexpected end of string");
  return new CelError(`could not parse formatting clause: unrecognized formatting clause "${letter}"`);
}

function precisionOf(digits: string | undefined): number {
  if (digits === undefined) return 6;
  const precision = Number(digits);
  if (precision > maxPrecision) {
    throw new CelError(
      "could not parse formatting clause: error while parsing precision: " +
        `precision ${digits} exceeds maximum allowed precision ${maxPrecision}`,
    );
  }
  return precision;
}

export function formatError(expected: string, value: CelValue): CelError {
  return new CelError(`error during formatting: ${expected}, was given ${typeNameOf(value)}`);
}

function latestClause(letter: string, precision: number, value: CelValue, context: CallContext): string {
  switch (letter) {
    case "s":
      return displayText(value, 0, context);
    case "d":
      return decimal(value);
    case "f":
      return float(value, (number) => fixedText(number, precision), "fixed-point");
    case "e":
      return float(value, (number) => exponentText(number, precision), "scientific");
    case "b":
      return binary(value);
    case "o":
      return octal(value);
    default:
      return letter === "X" ? hexadecimal(value).toUpperCase() : hexadecimal(value);
  }
}

export function wholeNumber(value: CelValue): bigint | undefined {
  if (value instanceof Uint) return value.value;
  if (typeof value === "bigint") return value;
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined;
}

function decimal(value: CelValue): string {
  const whole = wholeNumber(value);
  if (whole !== undefined) return whole.toString();
  if (isDoubleValue(value)) return doubleText(doubleNumber(value));
  throw formatError("decimal clause can only be used on ints, uints, and doubles", value);
}

function doubleText(value: number): string {
  return Number.isFinite(value) ? plainFloat(value) : String(value);
}

function float(value: CelValue, text: (number: number) => string, clauseName: string): string {
  const whole = wholeNumber(value);
  const number = whole !== undefined ? Number(whole) : isDoubleValue(value) ? doubleNumber(value) : undefined;
  if (number === undefined) {
    throw formatError(`${clauseName} clause can only be used on ints, uints, and doubles`, value);
  }
  return Number.isFinite(number) ? text(number) : String(number);
}

function binary(value: CelValue): string {
  if (typeof value === "boolean") return value ? "1" : "0";
  const whole = wholeNumber(value);
  if (whole === undefined) throw formatError("only ints, uints, and bools can be formatted as binary", value);
  return whole.toString(2);
}

function octal(value: CelValue): string {
  const whole = wholeNumber(value);
  if (whole === undefined) throw formatError("octal clause can only be used on ints and uints", value);
  return whole.toString(8);
}

function hexadecimal(value: CelValue): string {
  const whole = wholeNumber(value);
  if (whole !== undefined) return whole.toString(16);
  const bytes =
    typeof value === "string" ? utf8Bytes(value) : value instanceof Bytes ? value.value : undefined;
  if (bytes === undefined) {
    throw formatError("only ints, uints, bytes, and strings can be formatted as hex", value);
  }
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A value as `%s` shows it. Throws a `CelError` for values that have no text, `BudgetExceeded` for one that has no end. */
export function displayText(value: CelValue, depth: number, meter?: Meter): string {
  meter?.work(typeof value === "string" ? 8 + value.length / 16 : 8);
  if (depth > maxDepth) throw new CelError(`values nested deeper than ${maxDepth} levels are not formatted`);
  if (typeof value === "string") return value;
  if (value === null || typeof value === "boolean") return String(value);
  const whole = wholeNumber(value);
  if (whole !== undefined) return whole.toString();
  if (isDoubleValue(value)) return doubleText(doubleNumber(value));
  if (isListValue(value)) return `[${value.map((item) => displayText(item, depth + 1, meter)).join(", ")}]`;
  if (isMapValue(value)) {
    const entries = Array.from(mapEntries(value), ([key, item]): [string, string] => [
      displayText(key, depth + 1, meter),
      displayText(item, depth + 1, meter),
    ]);
    entries.sort(([left], [right]) => compareText(left, right));
    return `{${entries.map(([key, item]) => `${key}: ${item}`).join(", ")}}`;
  }
  if (value instanceof Bytes) return strictUtf8Text(value.value);
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (value instanceof TypeValue) return value.name;
  throw formatError(
    "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps",
    value,
  );
}
