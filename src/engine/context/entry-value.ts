import type { QueryEnvironment } from "./query-context.ts";
import { Float, isList } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";

/** A value on its way into the document, with the length of its JSON text. */
export interface EntryValue {
  readonly value: Json;
  readonly bytes: number;
}

/**
 * Data of context entries as expressions see it: all numbers are float64, whatever the document's mode. What needs no
 * change is not copied. Throws `BudgetExceeded` for a value that is too deep or too large to walk.
 */
export function entryValue(value: Json, environment: QueryEnvironment): EntryValue {
  return { value: withFloats(value, environment), bytes: textLength(value) };
}

/**
 * The value with all its numbers as float64. Nothing is allocated for what has no numbers in it: elements of a foreach
 * come through here, and most of an element is never looked at. Throws as `entryValue` does.
 */
export function withFloats(value: Json, environment: QueryEnvironment): Json {
  return convert(value, environment, 0);
}

function convert(value: Json, environment: QueryEnvironment, depth: number): Json {
  environment.budget.enter(depth);
  environment.budget.step();
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" || typeof value === "bigint" || value instanceof Float) {
    return floatNumber(value, environment);
  }
  return isList(value)
    ? convertList(value, environment, depth + 1)
    : convertObject(value, environment, depth + 1);
}

/** The loop sees inherited keys too; they are left out. */
function convertObject(object: JsonObject, environment: QueryEnvironment, depth: number): Json {
  let copy: Record<string, Json> | undefined;
  for (const key in object) {
    if (!Object.hasOwn(object, key)) continue;
    const item = object[key] ?? null;
    const converted = convert(item, environment, depth);
    if (converted === item) continue;
    copy ??= { ...object };
    setOwn(copy, key, converted);
  }
  return copy ?? object;
}

function setOwn(object: Record<string, Json>, key: string, value: Json): void {
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function convertList(list: readonly Json[], environment: QueryEnvironment, depth: number): Json {
  let copy: Json[] | undefined;
  for (let index = 0; index < list.length; index += 1) {
    const item = list[index] ?? null;
    const converted = convert(item, environment, depth);
    if (converted === item) continue;
    copy ??= [...list];
    copy[index] = converted;
  }
  return copy ?? list;
}

function floatNumber(value: number | bigint | Float, environment: QueryEnvironment): Json {
  if (value instanceof Float) return environment.numbers === "int64" ? value : value.value;
  const number = Number(value);
  if (environment.numbers === "float64") return number;
  return Number.isInteger(number) ? new Float(number) : number;
}

/** About the length of the JSON text of a value whose depth is bounded. */
function textLength(value: Json): number {
  if (value === null || typeof value === "boolean") return 4;
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value instanceof Float) return 8;
  let length = 2;
  if (isList(value)) {
    for (const item of value) length += textLength(item) + 1;
    return length;
  }
  for (const key of Object.keys(value)) length += key.length + 4 + textLength(value[key] ?? null);
  return length;
}
