import { compileValuePattern } from "../pattern/value-pattern.ts";
import { deepEqual } from "../values/deep-equal.ts";
import { isList, isObject } from "../values/json.ts";
import type { Json, NumberMode } from "../values/json.ts";
import { compareQuantities, parseQuantity } from "../values/quantity.ts";
import { matchesWildcard } from "../values/wildcard.ts";
import type { ConditionOperator } from "./condition-operator.ts";
import { durationOperands, secondsOf } from "./duration-operands.ts";

/**
 * `Equals`: the kind of the key decides. A text is compared as a duration, else as a quantity, else with the value as
 * wildcard; a number also with texts that are numbers; lists and objects deeply. Null equals nothing.
 */
export const equals: ConditionOperator = (key, value, { numbers, budget }) => {
  if (key === null) return false;
  if (typeof key === "string") return textEquals(key, value, numbers);
  if (typeof key === "boolean") return key === value;
  if (isList(key)) return isList(value) && deepEqual(key, value, numbers, budget);
  if (isObject(key)) return isObject(value) && deepEqual(key, value, numbers, budget);
  return value !== null && compileValuePattern(key, numbers)(value, numbers);
};

/** `NotEquals`: the opposite, but null is not unequal to anything either. */
export const notEquals: ConditionOperator = (key, value, environment) =>
  key !== null && !equals(key, value, environment);

function textEquals(key: string, value: Json, numbers: NumberMode): boolean {
  const durations = durationOperands(key, value, numbers);
  if (durations !== undefined) return secondsOf(durations.key) === secondsOf(durations.value);
  if (typeof value !== "string") return false;
  const keyQuantity = parseQuantity(key);
  if (keyQuantity === undefined) return matchesWildcard(value, key);
  const valueQuantity = parseQuantity(value);
  return valueQuantity !== undefined && compareQuantities(keyQuantity, valueQuantity) === 0;
}
