import { CelError } from "../values/cel-error.ts";
import { isListValue, typeNameOf } from "../values/cel-value.ts";
import type { CelValue, StringMap } from "../values/cel-value.ts";
import { LazyMap } from "../values/lazy-map.ts";
import { isMapValue, keyText, mapGet } from "../values/map-access.ts";
import { isDoubleValue, numericOf } from "../values/numbers.ts";
import { noValue, OptionalValue, StructValue } from "../values/objects.ts";

/**
 * A fast path for fields of JSON: the value of an own field, or undefined where the slow path must decide. It reads without
 * looking whether the field is an own one, so it must never be given a name that all objects inherit.
 */
export function plainField(value: CelValue, field: string): CelValue | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.getPrototypeOf(value) === Object.prototype ? (value as StringMap)[field] : undefined;
}

/** True for names such as `constructor`. */
export function isInheritedName(field: string): boolean {
  return field in Object.prototype;
}

/** `value.field`. Throws a `CelError` where there is no such field. */
export function selectField(value: CelValue, field: string): CelValue {
  const found = findField(value, field);
  if (found !== undefined) return found;
  const fallback = value instanceof StructValue ? value.defaultOf(field) : undefined;
  if (fallback !== undefined) return fallback;
  throw new CelError(`no such key: ${field}`);
}

/** The field's value, or undefined where it is absent or the value has no fields. */
function findField(value: CelValue, field: string): CelValue | undefined {
  if (isMapValue(value)) return mapGet(value, field);
  if (isListValue(value)) throw new CelError("unsupported index type 'string' in list");
  if (value instanceof OptionalValue) return selectOptional(value, field);
  if (value instanceof LazyMap) return value.get(field);
  return value instanceof StructValue ? value.fields.get(field) : undefined;
}

/** `value.?field`, and every selection from an optional. */
export function selectOptional(value: CelValue, field: string): OptionalValue {
  const inner = value instanceof OptionalValue ? value.value : value;
  if (inner === undefined) return noValue;
  const found = findField(inner, field);
  return found === undefined ? noValue : new OptionalValue(found);
}

/** `has(value.field)`. */
export function hasField(value: CelValue, field: string): boolean {
  if (value instanceof OptionalValue) return selectOptional(value, field).value !== undefined;
  return findField(value, field) !== undefined;
}

/** `value[index]`. Throws a `CelError` where there is no such element. */
export function indexValue(value: CelValue, index: CelValue): CelValue {
  if (value instanceof OptionalValue) return indexOptional(value, index);
  if (isListValue(value)) {
    const element = value[listIndex(index)];
    if (element === undefined) throw new CelError(`index out of bounds: ${numericOf(index)}`);
    return element;
  }
  const found = findKey(value, index);
  if (found === undefined) throw new CelError(`no such key: ${keyText(index)}`);
  return found;
}

/** `value[?index]`, and every index of an optional. */
export function indexOptional(value: CelValue, index: CelValue): OptionalValue {
  const inner = value instanceof OptionalValue ? value.value : value;
  if (inner === undefined) return noValue;
  const found = isListValue(inner) ? inner[listIndex(index)] : findKey(inner, index);
  return found === undefined ? noValue : new OptionalValue(found);
}

function findKey(value: CelValue, key: CelValue): CelValue | undefined {
  if (isMapValue(value)) {
    if (key === null || isListValue(key) || isMapValue(key)) {
      throw new CelError(`unsupported key type: ${typeNameOf(key)}`);
    }
    // A double that is no whole number is no key of any map.
    if (isDoubleValue(key) && !Number.isInteger(numericOf(key))) return undefined;
    return mapGet(value, key);
  }
  if (value instanceof LazyMap && typeof key === "string") return value.get(key);
  if (value instanceof StructValue && typeof key === "string") return value.fields.get(key);
  // What has no entries at all has this one neither.
  return undefined;
}

/** Any number that is whole is an index. */
function listIndex(index: CelValue): number {
  const number = numericOf(index);
  if (number === undefined) throw new CelError(`unsupported index type '${typeNameOf(index)}' in list`);
  if (typeof number === "number" && !Number.isInteger(number)) {
    throw new CelError(`unsupported index value ${number} in list`);
  }
  return Number(number);
}
