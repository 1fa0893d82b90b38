import { isList, isObject } from "#engine/values/json.ts";
import type { Json } from "#engine/values/json.ts";

/** JSON on one line, with blanks at which a line can be broken. */
export function inlineJson(value: Json): string {
  if (isList(value)) return `[${value.map(inlineJson).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${inlineJson(item)}`);
  return `{${entries.join(", ")}}`;
}
