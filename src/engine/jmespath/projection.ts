import type { QueryEnvironment } from "../context/query-context.ts";
import { QueryError } from "../errors.ts";
import { isList, isObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { isFalsy } from "./comparison.ts";
import { orNull } from "./outcome.ts";
import type { Evaluate } from "./outcome.ts";
import { compareText } from "../values/go-format.ts";

/** `left[*].right`: what `right` is for each member of a list, without nulls; null where `left` is no list. */
export function compileProjection(left: Evaluate, right: Evaluate): Evaluate {
  return (node, environment) => {
    environment.budget.step();
    const list = orNull(left(node, environment));
    return isList(list) ? project(list, right, environment) : null;
  };
}

/**
 * `left.*.right`: what `right` is for each value of an object, by sorted key (the original's order is random). As in
 * go-jmespath, `right` also meets as many nulls as there are values, and before them: only functions can tell.
 */
export function compileValueProjection(left: Evaluate, right: Evaluate): Evaluate {
  return (node, environment) => {
    environment.budget.step();
    const object = lenient(left, node, environment);
    if (!isObject(object)) return null;
    const values = sortedValues(object);
    if (values.length === 0) return values;
    const ofNull = orNull(right(null, environment));
    const collected = project(values, right, environment);
    return ofNull === null ? collected : [...values.map(() => ofNull), ...collected];
  };
}

/** `left[?condition].right`. */
export function compileFilter(left: Evaluate, right: Evaluate, condition: Evaluate): Evaluate {
  return (node, environment) => {
    environment.budget.step();
    const list = lenient(left, node, environment);
    if (!isList(list)) return null;
    environment.budget.step(list.length);
    const collected: Json[] = [];
    for (const member of list) {
      if (isFalsy(orNull(condition(member, environment)))) continue;
      const value = orNull(right(member, environment));
      if (value !== null) collected.push(value);
    }
    return collected;
  };
}

/** `operand[]`: a list with its list members opened by one level; null where it is no list. */
export function compileFlatten(operand: Evaluate): Evaluate {
  return (node, environment) => {
    environment.budget.step();
    const list = lenient(operand, node, environment);
    if (!isList(list)) return null;
    environment.budget.step(list.length);
    if (!list.some(isList)) return list;
    const flat: Json[] = [];
    for (const member of list) {
      if (!isList(member)) flat.push(member);
      else {
        environment.budget.step(member.length);
        for (const item of member) flat.push(item);
      }
    }
    return flat;
  };
}

/** The values of an object by sorted key. */
export function sortedValues(object: JsonObject): readonly Json[] {
  return Object.keys(object)
    .sort(compareText)
    .map((key) => object[key] ?? null);
}

function project(list: readonly Json[], right: Evaluate, environment: QueryEnvironment): readonly Json[] {
  environment.budget.step(list.length);
  const collected: Json[] = [];
  for (const member of list) {
    const value = orNull(right(member, environment));
    if (value !== null) collected.push(value);
  }
  return collected;
}

/** Left of `[]`, `[?…]` and `.*` every error counts as null. Suspensions and exhausted budgets are no errors. */
function lenient(left: Evaluate, node: Json, environment: QueryEnvironment): Json {
  try {
    return orNull(left(node, environment));
  } catch (error) {
    if (error instanceof QueryError) return null;
    throw error;
  }
}
