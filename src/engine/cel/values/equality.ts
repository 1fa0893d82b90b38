import { Float } from "../../values/json.ts";
import { CelError } from "./cel-error.ts";
import { CelObject, isListValue, KeyedMap } from "./cel-value.ts";
import type { CelValue } from "./cel-value.ts";
import { isMapValue, mapEntries, mapGet, mapSize } from "./map-access.ts";
import type { MapValue } from "./map-access.ts";
import { numericOf } from "./numbers.ts";
import { OptionalValue, StructValue } from "./objects.ts";

const maxDepth = 500;

/** Counts the elements that a comparison walks through: a cost by the outer size alone would not bound the time. */
export interface Meter {
  work(steps: number): void;
}

/**
 * CEL's equality: numbers are compared across their types, other values of different types are unequal, NaN is unequal to
 * itself. Throws a `CelError` where values are nested too deeply to compare.
 */
export function equalValues(left: CelValue, right: CelValue, meter?: Meter, depth = 0): boolean {
  if (typeof left === "string" || typeof left === "boolean" || left === null) return left === right;
  const number = numericOf(left);
  if (number !== undefined) {
    const other = numericOf(right);
    // oxlint-disable-next-line eqeqeq -- only == compares a bigint with a number
    return other !== undefined && number == other;
  }
  if (right === null || typeof right !== "object" || right instanceof Float) return false;
  if (depth > maxDepth) throw new CelError(`values nested deeper than ${maxDepth} levels are not compared`);
  if (isListValue(left)) return isListValue(right) && equalLists(left, right, meter, depth);
  if (left instanceof CelObject && !(left instanceof KeyedMap)) {
    return right instanceof CelObject && equalObjects(left, right, meter, depth);
  }
  return isMapValue(left) && isMapValue(right) && equalMaps(left, right, meter, depth);
}

function equalLists(
  left: readonly CelValue[],
  right: readonly CelValue[],
  meter: Meter | undefined,
  depth: number,
): boolean {
  if (left.length !== right.length) return false;
  meter?.work(left.length);
  return left.every((item, index) => equalValues(item, right[index] ?? null, meter, depth + 1));
}

function equalMaps(left: MapValue, right: MapValue, meter: Meter | undefined, depth: number): boolean {
  const size = mapSize(left);
  if (size !== mapSize(right)) return false;
  meter?.work(4 * size);
  for (const [key, value] of mapEntries(left)) {
    const other = mapGet(right, key);
    if (other === undefined || !equalValues(value, other, meter, depth + 1)) return false;
  }
  return true;
}

function equalObjects(left: CelObject, right: CelObject, meter: Meter | undefined, depth: number): boolean {
  if (left instanceof OptionalValue) {
    if (!(right instanceof OptionalValue)) return false;
    if (left.value === undefined || right.value === undefined) return left.value === right.value;
    return equalValues(left.value, right.value, meter, depth + 1);
  }
  if (left instanceof StructValue) {
    if (!(right instanceof StructValue) || left.typeName !== right.typeName) return false;
    if (left.fields.size !== right.fields.size) return false;
    for (const [name, value] of left.fields) {
      const other = right.fields.get(name);
      if (other === undefined || !equalValues(value, other, meter, depth + 1)) return false;
    }
    return true;
  }
  return left.equals(right);
}
