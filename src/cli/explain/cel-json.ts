import { scalarText } from "#engine/cel/functions/value-text.ts";
import { CelError } from "#engine/cel/values/cel-error.ts";
import { CelObject, isListValue, isStringMap } from "#engine/cel/values/cel-value.ts";
import type { CelValue } from "#engine/cel/values/cel-value.ts";
import { Float, objectOf } from "#engine/values/json.ts";
import type { Json } from "#engine/values/json.ts";

import { cappedValue } from "./capped-value.ts";

const maxDepth = 10;

/** A value of an expression as explanations show it; one that JSON does not know is its text. */
export function celJson(value: CelValue): Json {
  return cappedValue(jsonOf(value, 0));
}

function jsonOf(value: CelValue, depth: number): Json {
  if (depth > maxDepth) return "…";
  if (value instanceof CelObject) return objectText(value);
  if (isListValue(value)) return value.map((item) => jsonOf(item, depth + 1));
  if (value instanceof Float) return value.value;
  if (isStringMap(value)) {
    return objectOf(Object.entries(value).map(([key, item]) => [key, jsonOf(item, depth + 1)] as const));
  }
  return value;
}

function objectText(value: CelObject): string {
  try {
    return scalarText(value);
  } catch (error) {
    if (error instanceof CelError) return `a value of type ${value.typeName}`;
    throw error;
  }
}
