import type { QueryEnvironment } from "../context/query-context.ts";
import { deepEqual } from "../values/deep-equal.ts";
import { floatOf, isList, isObject } from "../values/json.ts";
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

type Ordering = Exclude<Comparator, "EQ" | "NE">;

const orderings: Readonly<Record<Ordering, (left: number, right: number) => boolean>> = {
  LT: (left, right) => left < right,
  LTE: (left, right) => left <= right,
  GT: (left, right) => left > right,
  GTE: (left, right) => left >= right,
};

/** The value of a comparison: a boolean, or null where an order is asked of anything but float64 numbers. */
export function compare(
  comparator: Comparator,
  left: Json,
  right: Json,
  { numbers, budget }: QueryEnvironment,
): boolean | null {
  if (comparator === "EQ") return deepEqual(left, right, numbers, budget);
  if (comparator === "NE") return !deepEqual(left, right, numbers, budget);
  const a = floatOf(left, numbers);
  const b = floatOf(right, numbers);
  return a === undefined || b === undefined ? null : orderings[comparator](a, b);
}

/** Equality of scalars with their kinds; lists and objects are never the same. */
export function isSame(left: Json, right: Json, { numbers, budget }: QueryEnvironment): boolean {
  return !isList(left) && !isObject(left) && deepEqual(left, right, numbers, budget);
}
