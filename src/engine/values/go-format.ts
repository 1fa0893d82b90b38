import type { Budget } from "../budget.ts";
import { floatOf, isList, isObject } from "./json.ts";
import type { Json, JsonObject, NumberMode } from "./json.ts";

/**
 * Texts of Go's `fmt` and `strconv` for numbers and decoded JSON. They appear in messages that tools parse, and
 * wildcards are matched against them.
 */

/** `%v` of a float64: the shortest digits, an exponent below 1e-4 and from 1e6. */
export function formatFloat(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const magnitude = Math.abs(value);
  return magnitude < 1e-4 || magnitude >= 1e6 ? exponentForm(value, "e") : String(value);
}

/** `strconv.FormatFloat(value, 'E', -1, 64)`: the shortest digits, always with an exponent (`8.08E+03`). */
export function formatFloatExponent(value: number): string {
  return Number.isFinite(value) ? exponentForm(value, "E") : nonFinite(value);
}

/** `%f` of a float64: six decimals, rounded half to even. */
export function formatFloatFixed(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const magnitude = Math.abs(value);
  if (magnitude >= 2 ** 53) return `${sign}${BigInt(magnitude)}.000000`;
  // Only odd multiples of 1/128 lie halfway between two texts; there toFixed would round up.
  const eighths = magnitude * 128;
  if (!Number.isInteger(eighths) || eighths % 2 === 0) return sign + magnitude.toFixed(6);
  const half = (BigInt(eighths) * 15_625n) / 2n;
  const millionths = half % 2n === 0n ? half : half + 1n;
  return `${sign}${millionths / 1_000_000n}.${(millionths % 1_000_000n).toString().padStart(6, "0")}`;
}

function exponentForm(value: number, letter: "e" | "E"): string {
  const text = Object.is(value, -0) ? "-0e+0" : value.toExponential();
  const split = text.indexOf("e");
  const digits = text.slice(split + 2);
  return `${text.slice(0, split)}${letter}${text[split + 1] ?? "+"}${digits.padStart(2, "0")}`;
}

function nonFinite(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}

/** The decimal digits of an int64. */
export function formatInt(value: number | bigint): string {
  return Object.is(value, -0) ? "0" : value.toString();
}

/**
 * `%v` of decoded JSON: `map[a:1 b:[x y]]`, `<nil>`, numbers by their kind. Throws `BudgetExceeded` where the value is
 * too deep or its text too long.
 */
export function formatValue(value: Json, mode: NumberMode, budget: Budget): string {
  return formatNested(value, mode, budget, 0);
}

function formatNested(value: Json, mode: NumberMode, budget: Budget, depth: number): string {
  if (typeof value === "string") return value;
  if (value === null) return "<nil>";
  if (typeof value === "boolean") return String(value);
  budget.step();
  budget.enter(depth);
  if (isList(value))
    return `[${joined(
      value.map((item) => formatNested(item, mode, budget, depth + 1)),
      budget,
    )}]`;
  if (isObject(value)) return `map[${joined(entryTexts(value, mode, budget, depth), budget)}]`;
  return formatNumber(value, mode);
}

function entryTexts(value: JsonObject, mode: NumberMode, budget: Budget, depth: number): readonly string[] {
  return Object.keys(value)
    .sort(compareText)
    .map((key) => `${key}:${formatNested(value[key] ?? null, mode, budget, depth + 1)}`);
}

function joined(texts: readonly string[], budget: Budget): string {
  let length = 0;
  for (const text of texts) length += text.length + 1;
  budget.text(length);
  return texts.join(" ");
}

/** `%v` of a number of a document with the given mode. */
export function formatNumber(value: Json, mode: NumberMode): string {
  const float = floatOf(value, mode);
  if (float !== undefined) return formatFloat(float);
  return typeof value === "number" || typeof value === "bigint" ? formatInt(value) : "";
}

/** The order of Go's strings: bytes of UTF-8, which is the order of code points. */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === b) continue;
    // Surrogates stand for code points above all others.
    const aIsSurrogate = (a & 0xf800) === 0xd800;
    const bIsSurrogate = (b & 0xf800) === 0xd800;
    if (aIsSurrogate !== bIsSurrogate) return aIsSurrogate ? 1 : -1;
    return a - b;
  }
  return left.length - right.length;
}
