import type { QueryEnvironment } from "./query-context.ts";
import { Float, isList, objectOf } from "../values/json.ts";
import type { Json } from "../values/json.ts";

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
  if (isList(value)) return convertList(value, environment, depth, walk);
  let changed = false;
  const entries = Object.entries(value).map(([key, item]): [string, Json] => {
    const converted = convert(item, environment, depth + 1, walk);
    walk.bytes += key.length + 4;
    changed ||= converted !== item;
    return [key, converted];
  });
  walk.bytes += 2;
  return changed ? objectOf(entries) : value;
}

function convertList(
  list: readonly Json[],
  environment: QueryEnvironment,
  depth: number,
  walk: { bytes: number },
): Json {
  walk.bytes += 2 + list.length;
  const items = list.map((item) => convert(item, environment, depth + 1, walk));
  return items.some((item, index) => item !== list[index]) ? items : list;
}

function floatNumber(value: number | bigint | Float, environment: QueryEnvironment): Json {
  if (value instanceof Float) return environment.numbers === "int64" ? value : value.value;
  const number = Number(value);
  if (environment.numbers === "float64") return number;
  return Number.isInteger(number) ? new Float(number) : number;
}
