import { isInt, isList, isObject } from "./json.ts";
import type { Json, NumberMode } from "./json.ts";

/** `%T` of decoded JSON, as it stands in messages. A missing value is a nil. */
export function goTypeName(value: Json | undefined, mode: NumberMode): string {
  if (value === undefined || value === null) return "<nil>";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  if (isList(value)) return "[]interface {}";
  if (isObject(value)) return "map[string]interface {}";
  return isInt(value, mode) ? "int64" : "float64";
}
