import { Float, isList, objectOf } from "../values/json.ts";
import type { Json, NumberMode } from "../values/json.ts";

/** A freshly decoded value (bounded in depth) with all its numbers as float64 of a document with the given mode. */
export function floats(value: Json, mode: NumberMode): Json {
  return mode === "float64" ? value : marked(value);
}

function marked(value: Json): Json {
  if (typeof value === "number") return Number.isInteger(value) ? new Float(value) : value;
  if (value === null || typeof value !== "object" || value instanceof Float) return value;
  if (isList(value)) return value.map(marked);
  return objectOf(Object.entries(value).map(([key, item]) => [key, marked(item)] as const));
}
