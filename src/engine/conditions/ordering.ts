import { parseFloat64 } from "../values/go-parse.ts";
import { floatOf } from "../values/json.ts";
import type { Json, NumberMode } from "../values/json.ts";
import { compareQuantities, parseQuantity } from "../values/quantity.ts";
import { compareSemver, parseSemver } from "../values/semver.ts";
import type { ConditionOperator } from "./condition-operator.ts";
import { durationOperands, secondsOf } from "./duration-operands.ts";

/** Tells whether an order (negative, zero, positive) is the one asked for. Not a number is in no order. */
type OrderTest = (order: number) => boolean;

export const greaterThan: ConditionOperator = ordering((order) => order > 0);
export const greaterThanOrEquals: ConditionOperator = ordering((order) => order >= 0);
export const lessThan: ConditionOperator = ordering((order) => order < 0);
export const lessThanOrEquals: ConditionOperator = ordering((order) => order <= 0);

/** Numbers, and texts that are durations, quantities, numbers or versions, in that order; all else is in no order. */
function ordering(holds: OrderTest): ConditionOperator {
  return (key, value, { numbers }) => {
    const order =
      typeof key === "string" ? orderOfText(key, value, numbers) : orderOfNumber(key, value, numbers);
    return order !== undefined && holds(order);
  };
}

function orderOfText(key: string, value: Json, numbers: NumberMode): number | undefined {
  const durations = durationOperands(key, value, numbers);
  if (durations !== undefined) return orderOfFloats(secondsOf(durations.key), secondsOf(durations.value));
  const quantities = typeof value === "string" ? orderOfQuantities(key, value) : undefined;
  if (quantities !== undefined) return quantities;
  const float = parseFloat64(key);
  if (float !== undefined) return orderOfFloat(float, value, numbers);
  const keyVersion = parseSemver(key);
  const valueVersion = typeof value === "string" ? parseSemver(value) : undefined;
  if (keyVersion === undefined || valueVersion === undefined) return undefined;
  return compareSemver(keyVersion, valueVersion);
}

function orderOfQuantities(key: string, value: string): number | undefined {
  const left = parseQuantity(key);
  const right = left === undefined ? undefined : parseQuantity(value);
  return left === undefined || right === undefined ? undefined : compareQuantities(left, right);
}

function orderOfNumber(key: Json, value: Json, numbers: NumberMode): number | undefined {
  const float = asFloat64(key, numbers);
  if (float === undefined) return undefined;
  const durations = durationOperands(key, value, numbers);
  if (durations !== undefined) return orderOfFloats(secondsOf(durations.key), secondsOf(durations.value));
  return orderOfFloat(float, value, numbers);
}

/** A text as value may be a duration, when the key counts as seconds, or a number. */
function orderOfFloat(key: number, value: Json, numbers: NumberMode): number | undefined {
  const durations = durationOperands(key, value, "float64");
  if (durations !== undefined) return orderOfFloats(secondsOf(durations.key), secondsOf(durations.value));
  const float = typeof value === "string" ? parseFloat64(value) : asFloat64(value, numbers);
  return float === undefined ? undefined : orderOfFloats(key, float);
}

function asFloat64(value: Json, numbers: NumberMode): number | undefined {
  const number = floatOf(value, numbers) ?? value;
  return typeof number === "number" || typeof number === "bigint" ? Number(number) : undefined;
}

function orderOfFloats(left: number, right: number): number {
  if (left === right) return 0;
  return left - right;
}
