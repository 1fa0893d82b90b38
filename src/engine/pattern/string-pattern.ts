import { parseDuration } from "../values/duration.ts";
import { formatFloatExponent, formatFloatFixed, formatInt } from "../values/go-format.ts";
import { floatOf } from "../values/json.ts";
import type { Json, NumberMode } from "../values/json.ts";
import { compareQuantities, parseQuantity } from "../values/quantity.ts";
import type { Quantity } from "../values/quantity.ts";
import { compileWildcard } from "../values/wildcard.ts";
import { parseOperator } from "./operator.ts";
import type { Comparison } from "./operator.ts";

/** Tests a scalar (or a missing one) of a document with the given number mode. */
export type ValueTest = (value: Json | undefined, mode: NumberMode) => boolean;

/**
 * A test for Kyverno's string patterns: alternatives separated by `|`, each of parts joined by `&`, each with an
 * operator. Both sides are compared as durations, else as quantities, else as texts with wildcards.
 */
export function compileStringPattern(pattern: string): ValueTest {
  const alternatives = pattern.split("|").map(compileConjunction);
  const only = alternatives.length === 1 ? alternatives[0] : undefined;
  if (only !== undefined) return (value, mode) => value === pattern || only(value, mode);
  return (value, mode) => value === pattern || alternatives.some((test) => test(value, mode));
}

function compileConjunction(text: string): ValueTest {
  const tests = trimSpaces(text)
    .split("&")
    .map((part) => compilePart(trimSpaces(part)));
  const only = tests.length === 1 ? tests[0] : undefined;
  return only ?? ((value, mode) => tests.every((test) => test(value, mode)));
}

/** Only blanks are trimmed around `|` and `&`, unlike behind an operator. */
function trimSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === " ") start++;
  while (end > start && text[end - 1] === " ") end--;
  return text.slice(start, end);
}

function compilePart(text: string): ValueTest {
  const operator = parseOperator(text);
  switch (operator.kind) {
    case "inRange": {
      const low = compileComparison("greaterOrEqual", operator.low);
      const high = compileComparison("lessOrEqual", operator.high);
      return (value, mode) => low(value, mode) && high(value, mode);
    }
    case "outOfRange": {
      const low = compileComparison("less", operator.low);
      const high = compileComparison("greater", operator.high);
      return (value, mode) => low(value, mode) || high(value, mode);
    }
    default:
      return compileComparison(operator.kind, operator.operand);
  }
}

function compileComparison(comparison: Comparison, operand: string): ValueTest {
  const duration = parseDuration(operand);
  const quantity = parseQuantity(operand);
  const matches = compileWildcard(operand);
  const holds = orderTests[comparison];
  return (value, mode) => {
    if (duration !== undefined) {
      const other = durationOf(value, mode);
      if (other !== undefined) return holds(orderOf(other, duration));
    }
    if (quantity !== undefined) {
      const other = quantityOf(value, mode);
      if (other !== undefined) return holds(compareQuantities(other, quantity));
    }
    if (comparison !== "equal" && comparison !== "notEqual") return false;
    const text = textOf(value, mode);
    return text !== undefined && matches(text) === (comparison === "equal");
  };
}

const orderTests: Readonly<Record<Comparison, (order: number) => boolean>> = {
  equal: (order) => order === 0,
  notEqual: (order) => order !== 0,
  greater: (order) => order > 0,
  greaterOrEqual: (order) => order >= 0,
  less: (order) => order < 0,
  lessOrEqual: (order) => order <= 0,
};

function orderOf(left: bigint, right: bigint): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Of all numbers only zero is a duration, since a float is written with decimals. */
function durationOf(value: Json | undefined, mode: NumberMode): bigint | undefined {
  if (value === undefined || value === null) return 0n;
  if (typeof value === "string") return parseDuration(value);
  if (typeof value === "boolean" || floatOf(value, mode) !== undefined) return undefined;
  return value === 0 ? 0n : undefined;
}

/** Nothing counts as zero; floats have six decimals. */
function quantityOf(value: Json | undefined, mode: NumberMode): Quantity | undefined {
  if (value === undefined || value === null) return { unscaled: 0n, exponent: 0, family: "decimal" };
  if (typeof value === "string") return parseQuantity(value);
  const float = floatOf(value, mode);
  if (float !== undefined) return parseQuantity(formatFloatFixed(float));
  if (typeof value !== "number" && typeof value !== "bigint") return undefined;
  return { unscaled: BigInt(value), exponent: 0, family: "decimal" };
}

function textOf(value: Json | undefined, mode: NumberMode): string | undefined {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return String(value);
  const float = floatOf(value, mode);
  if (float !== undefined) return formatFloatExponent(float);
  return typeof value === "number" || typeof value === "bigint" ? formatInt(value) : undefined;
}
