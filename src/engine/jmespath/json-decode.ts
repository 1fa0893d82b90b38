import { isList, isObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import { jsonSyntaxError } from "./json-syntax-error.ts";

export type Decoded =
  | { readonly kind: "value"; readonly value: Json }
  | { readonly kind: "failed"; readonly message: string };

/** Nesting that a decoded text may have; everything that walks values afterwards relies on it. */
const maxDepth = 200;

/**
 * Reads exactly one JSON value. Numbers come as plain numbers, to be read as float64 (`floats` makes that explicit in
 * an int64 document). Failures carry the message of Go's decoder.
 */
export function decodeJson(text: string): Decoded {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { kind: "failed", message: jsonSyntaxError(text) };
  }
  const problem = unusable(value, 0);
  return problem === undefined ? { kind: "value", value } : { kind: "failed", message: problem };
}

function unusable(value: Json, depth: number): string | undefined {
  if (typeof value === "number") {
    return Number.isFinite(value) ? undefined : "json: number is out of the range of float64";
  }
  if (depth > maxDepth) return `json: nested deeper than ${maxDepth} levels`;
  if (isList(value)) return firstUnusable(value, depth);
  return isObject(value) ? firstUnusable(Object.values(value), depth) : undefined;
}

function firstUnusable(members: readonly Json[], depth: number): string | undefined {
  for (const member of members) {
    const problem = unusable(member, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
