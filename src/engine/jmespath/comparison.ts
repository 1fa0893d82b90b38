import type { QueryEnvironment } from "../context/query-context.ts";
import { Float, floatOf, isList, isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import type { Comparator } from "./ast.ts";

/** What `||`, `&&`, `!` and filters take for false: `false`, null and everything empty. The number 0 is true. */
export function isFalsy(value: Json): boolean {
  if (value === null || value === false || value === "") return true;
  if (typeof value !== "object") return false;
  if (isList(value)) return value.length === 0;
  return isObject(value) && isEmptyObject(value);
}

function isEmptyObject(object: JsonObject): boolean {
  for (const key in object) if (Object.hasOwn(object, key)) return false;
  return true;
}

/** The value of `left comparator right`: a boolean, or null where an order is asked of anything but float64 numbers. */
export function compare(
  comparator: Comparator,
  left: Json,
  right: Json,
  environment: QueryEnvironment,
): boolean | null {
  if (comparator === "EQ") return isEqual(left, right, environment);
  if (comparator === "NE") return !isEqual(left, right, environment);
  const a = floatOf(left, environment.numbers);
  const b = floatOf(right, environment.numbers);
  if (a === undefined || b === undefined) return null;
  switch (comparator) {
    case "LT":
      return a < b;
    case "LTE":
      return a <= b;
    case "GT":
      return a > b;
    case "GTE":
      return a >= b;
  }
}

/** Deep equality that tells kinds apart: `'1'` is not `1`, and an int64 never equals a float64. */
export function isEqual(left: Json, right: Json, environment: QueryEnvironment, depth = 0): boolean {
  environment.budget.step();
  if (isList(left)) return isList(right) && equalLists(left, right, environment, depth);
  if (isObject(left)) return isObject(right) && equalObjects(left, right, environment, depth);
  return isSame(left, right, environment);
}

/** Equality of scalars; lists and objects are never the same. */
export function isSame(left: Json, right: Json, { numbers }: QueryEnvironment): boolean {
  if (isNumber(left) && isNumber(right)) {
    const a = floatOf(left, numbers);
    const b = floatOf(right, numbers);
    if (a !== undefined || b !== undefined) return a === b;
    return BigInt(left as number | bigint) === BigInt(right as number | bigint);
  }
  return (left === null || typeof left !== "object") && left === right;
}

function isNumber(value: Json): value is number | bigint | Float {
  return typeof value === "number" || typeof value === "bigint" || value instanceof Float;
}

function equalLists(
  left: readonly Json[],
  right: readonly Json[],
  environment: QueryEnvironment,
  depth: number,
): boolean {
  if (left.length !== right.length) return false;
  environment.budget.enter(depth);
  return left.every((item, index) => isEqual(item, right[index] ?? null, environment, depth + 1));
}

function equalObjects(
  left: JsonObject,
  right: JsonObject,
  environment: QueryEnvironment,
  depth: number,
): boolean {
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  environment.budget.enter(depth);
  return keys.every((key) => {
    const a = own(left, key);
    const b = own(right, key);
    return b !== undefined && isEqual(a ?? null, b, environment, depth + 1);
  });
}
