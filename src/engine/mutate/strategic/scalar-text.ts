import { Float, isList, isObject } from "../../values/json.ts";
import type { Json } from "../../values/json.ts";

/** The text of a scalar as YAML shows it, by which merge keys and conditions compare. Lists and objects have none. */
export function scalarText(value: Json): string {
  if (typeof value === "string") return value;
  if (value instanceof Float) return String(value.value);
  return isList(value) || isObject(value) ? "" : String(value);
}

/** True for an object or a list without members. */
export function isEmptyCollection(value: Json): boolean {
  return isList(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

/** True for an object without members. */
export function isEmptyObject(value: Json): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}
