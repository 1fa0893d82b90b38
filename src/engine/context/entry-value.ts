import type { QueryEnvironment } from "./query-context.ts";
import { Float, isList, objectOf } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";

/** A value on its way into the document, with the length of its JSON text. */
export interface EntryValue {
  readonly value: Json;
  readonly bytes: number;
}

/**
 * Data of context entries as expressions see it: all numbers are float64, whatever the document's mode. What needs no
 * change is not copied, and nothing is allocated for it. Throws `BudgetExceeded` for a value that is too deep or too
 * large to walk.
 */
export function entryValue(value: Json, environment: QueryEnvironment): EntryValue {
  const walk = { bytes: 0 };
  return { value: convert(value, environment, 0, walk), bytes: walk.bytes };
}

function convert(value: Json, environment: QueryEnvironment, depth: number, walk: { bytes: number }): Json {
  environment.budget.enter(depth);
  environment.budget.step();
  if (value === null || typeof value === "boolean") {
    walk.bytes += 4;
    return value;
  }
  if (typeof value === "string") {
    walk.bytes += value.length + 2;
    return value;
  }
  if (typeof value === "number" || typeof value === "bigint" || value instanceof Float) {
    walk.bytes += 8;
    return floatNumber(value, environment);
  }
  return isList(value)
    ? convertList(value, environment, depth, walk)
    : convertObject(value, environment, depth, walk);
}

/** An object made of JSON has own keys only; one that was made otherwise may show inherited ones here. */
function convertObject(
  object: JsonObject,
  environment: QueryEnvironment,
  depth: number,
  walk: { bytes: number },
): Json {
  walk.bytes += 2;
  let changes: Map<string, Json> | undefined;
  for (const key in object) {
    if (!Object.hasOwn(object, key)) continue;
    const item = object[key] ?? null;
    const converted = convert(item, environment, depth + 1, walk);
    walk.bytes += key.length + 4;
    if (converted !== item) (changes ??= new Map()).set(key, converted);
  }
  if (changes === undefined) return object;
  return objectOf(Object.entries(object).map(([key, item]) => [key, changes.get(key) ?? item] as const));
}

function convertList(
  list: readonly Json[],
  environment: QueryEnvironment,
  depth: number,
  walk: { bytes: number },
): Json {
  walk.bytes += 2 + list.length;
  let copy: Json[] | undefined;
  for (let index = 0; index < list.length; index += 1) {
    const item = list[index] ?? null;
    const converted = convert(item, environment, depth + 1, walk);
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
