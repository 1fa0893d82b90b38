import { parseDuration } from "../values/duration.ts";
import type { Json, NumberMode } from "../values/json.ts";
import type { ConditionOperator } from "./condition-operator.ts";
import { secondsDuration } from "./duration-operands.ts";

/** The deprecated `Duration…` operators: durations and numbers of seconds, nothing else. */
export const durationGreaterThan = ordering((key, value) => key > value);
export const durationGreaterThanOrEquals = ordering((key, value) => key >= value);
export const durationLessThan = ordering((key, value) => key < value);
export const durationLessThanOrEquals = ordering((key, value) => key <= value);

function ordering(holds: (key: bigint, value: bigint) => boolean): ConditionOperator {
  return (key, value, { numbers }) => {
    const left = durationOf(key, numbers);
    const right = durationOf(value, numbers);
    return left !== undefined && right !== undefined && holds(left, right);
  };
}

function durationOf(operand: Json, numbers: NumberMode): bigint | undefined {
  return typeof operand === "string" ? parseDuration(operand) : secondsDuration(operand, numbers);
}
