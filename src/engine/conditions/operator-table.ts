import type { ConditionOperator } from "./condition-operator.ts";
import {
  durationGreaterThan,
  durationGreaterThanOrEquals,
  durationLessThan,
  durationLessThanOrEquals,
} from "./duration-ordering.ts";
import { equals, notEquals } from "./equality.ts";
import { isIn, isNotIn } from "./exact-membership.ts";
import { allIn, allNotIn, anyIn, anyNotIn } from "./membership.ts";
import { greaterThan, greaterThanOrEquals, lessThan, lessThanOrEquals } from "./ordering.ts";

/** The operators that are found whatever the case of their names. */
const caseless: Readonly<Record<string, ConditionOperator>> = {
  Equal: equals,
  Equals: equals,
  NotEqual: notEquals,
  NotEquals: notEquals,
  In: isIn,
  NotIn: isNotIn,
  AnyIn: anyIn,
  AllIn: allIn,
  AnyNotIn: anyNotIn,
  AllNotIn: allNotIn,
};

/** The operators that hold for nothing unless their names are written exactly. */
const exact: Readonly<Record<string, ConditionOperator>> = {
  GreaterThan: greaterThan,
  GreaterThanOrEquals: greaterThanOrEquals,
  LessThan: lessThan,
  LessThanOrEquals: lessThanOrEquals,
  DurationGreaterThan: durationGreaterThan,
  DurationGreaterThanOrEquals: durationGreaterThanOrEquals,
  DurationLessThan: durationLessThan,
  DurationLessThanOrEquals: durationLessThanOrEquals,
};

const byName = new Map(Object.entries(exact));
const byLowerName = new Map([
  ...Object.entries(caseless).map(([name, operator]) => [name.toLowerCase(), operator] as const),
  ...Object.keys(exact).map((name) => [name.toLowerCase(), never] as const),
]);

function never(): boolean {
  return false;
}

/** The operator of a condition, or undefined where there is none of that name. */
export function findConditionOperator(name: string): ConditionOperator | undefined {
  return byName.get(name) ?? byLowerName.get(name.toLowerCase());
}
