import { isList, isObject, objectOf } from "#engine/values/json.ts";
import type { Json } from "#engine/values/json.ts";

const maxText = 400;
const maxEntries = 30;
const maxDepth = 8;

/** A value as explanations show it: long texts and big lists and objects are cut, and the cut is told. */
export function cappedValue(value: Json, depth = 0): Json {
  if (typeof value === "string") {
    return value.length <= maxText ? value : `${value.slice(0, maxText)}… (${value.length} characters)`;
  }
  if (typeof value === "bigint") return value.toString();
  if (isList(value)) {
    if (depth >= maxDepth) return `… (${value.length} elements)`;
    const kept = value.slice(0, maxEntries).map((item) => cappedValue(item, depth + 1));
    return value.length <= maxEntries ? kept : [...kept, `… (${value.length - maxEntries} more)`];
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  if (depth >= maxDepth) return `… (${entries.length} fields)`;
  const kept = entries
    .slice(0, maxEntries)
    .map(([key, item]): [string, Json] => [key, cappedValue(item, depth + 1)]);
  return objectOf(
    entries.length <= maxEntries ? kept : [...kept, ["…", `${entries.length - maxEntries} more`]],
  );
}

/** A place in an object as people write it: `spec.containers[0].image`, `metadata.labels["app.kubernetes.io/name"]`. */
export function fieldPath(keys: readonly (string | number)[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === "number") return `${path}[${key}]`;
    if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
    return path === "" ? key : `${path}.${key}`;
  }, "");
}
