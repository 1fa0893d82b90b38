import { compareText } from "./text-order.ts";
import { Float, isList } from "../values/json.ts";
import type { Json } from "../values/json.ts";

/** A character as Go's `strconv.QuoteRuneToASCII` writes it: `'x'`, `'\u00e9'`. */
export function goCharacter(codePoint: number): string {
  if (codePoint === 0x27) return String.raw`'\''`;
  if (codePoint === 0x5c) return String.raw`'\\'`;
  if (codePoint >= 0x20 && codePoint < 0x7f) return `'${String.fromCodePoint(codePoint)}'`;
  const named = namedEscapes[codePoint];
  if (named !== undefined) return `'\\${named}'`;
  if (codePoint < 0x80) return `'\\x${codePoint.toString(16).padStart(2, "0")}'`;
  return codePoint < 0x10000
    ? `'\\u${codePoint.toString(16).padStart(4, "0")}'`
    : `'\\U${codePoint.toString(16).padStart(8, "0")}'`;
}

const namedEscapes: Readonly<Record<number, string>> = {
  7: "a",
  8: "b",
  9: "t",
  10: "n",
  11: "v",
  12: "f",
  13: "r",
};

const maxShownDepth = 20;

/** A value as Go's `%v` prints it (`map[a:1 b:[x y]]`); only for messages, so long and deep values are cut. */
export function goText(value: Json, depth = 0): string {
  if (value === null) return "<nil>";
  if (typeof value === "string") return value;
  if (typeof value === "number") return goFloatText(value);
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (value instanceof Float) return goFloatText(value.value);
  if (depth >= maxShownDepth) return "...";
  if (isList(value)) return `[${cut(value, (item) => goText(item, depth + 1))}]`;
  const entries = Object.entries(value).sort(([left], [right]) => compareText(left, right));
  return `map[${cut(entries, ([key, item]) => `${key}:${goText(item, depth + 1)}`)}]`;
}

const maxShownMembers = 50;

function cut<T>(members: readonly T[], text: (member: T) => string): string {
  const shown = members.slice(0, maxShownMembers).map(text);
  if (members.length > maxShownMembers) shown.push("...");
  return shown.join(" ");
}

/** A float64 as Go's `%v` prints it: shortest digits, with an exponent below 1e-4 and from 1e6 on. */
export function goFloatText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 6) return plainFloatText(value);
  const sign = exponent < 0 ? "-" : "+";
  return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** A float64 in decimal notation, never with an exponent. */
export function plainFloatText(value: number): string {
  const text = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = "", first = "", rest = "", exponentText = "0"] = match;
  const exponent = Number(exponentText);
  const digits = first + rest;
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  return sign + digits.padEnd(exponent + 1, "0");
}
