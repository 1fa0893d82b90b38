import { Float, isList, isObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";

/** A value as it is written to the cluster, where a number is only a number. What needs no change is not copied. */
export function plainNumbers(value: Json): Json {
  if (value instanceof Float) return value.value;
  if (isList(value)) {
    const items = value.map(plainNumbers);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isObject(value)) return value;
  let changed = false;
  const entries = Object.entries(value).map(([key, item]): readonly [string, Json] => {
    const plain = plainNumbers(item);
    changed ||= plain !== item;
    return [key, plain];
  });
  return changed ? Object.fromEntries(entries) : value;
}
