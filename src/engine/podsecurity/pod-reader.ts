import { Float, isList, isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";

/** A field of a pod has a type that Kubernetes does not give it. */
export class PodShapeError extends Error {
  override readonly name = "PodShapeError";
}

/** The object under `key`; undefined where it is absent or null. */
export function objectAt(parent: JsonObject, key: string, path: string): JsonObject | undefined {
  const value = own(parent, key) ?? null;
  if (value === null) return undefined;
  return isObject(value) ? value : fail(`${path}.${key}`, "an object", value);
}

/** The objects of the list under `key`; null stands for an empty object, as when Go reads it. */
export function objectsAt(parent: JsonObject, key: string, path: string): readonly JsonObject[] {
  const value = own(parent, key) ?? null;
  if (value === null) return [];
  if (!isList(value)) return fail(`${path}.${key}`, "a list", value);
  return value.map((item, index) => {
    if (item === null) return {};
    return isObject(item) ? item : fail(`${path}.${key}[${index}]`, "an object", item);
  });
}

/** The text under `key`; undefined where it is absent or null. */
export function textAt(parent: JsonObject, key: string, path: string): string | undefined {
  const value = own(parent, key) ?? null;
  if (value === null) return undefined;
  return typeof value === "string" ? value : fail(`${path}.${key}`, "a string", value);
}

/** The texts of the list under `key`. */
export function textsAt(parent: JsonObject, key: string, path: string): readonly string[] {
  const value = own(parent, key) ?? null;
  if (value === null) return [];
  if (!isList(value)) return fail(`${path}.${key}`, "a list", value);
  return value.map((item, index) => {
    if (item === null) return "";
    return typeof item === "string" ? item : fail(`${path}.${key}[${index}]`, "a string", item);
  });
}

/** The boolean under `key`; undefined where it is absent or null. */
export function booleanAt(parent: JsonObject, key: string, path: string): boolean | undefined {
  const value = own(parent, key) ?? null;
  if (value === null) return undefined;
  return typeof value === "boolean" ? value : fail(`${path}.${key}`, "a boolean", value);
}

/** The integer under `key`; undefined where it is absent or null. */
export function integerAt(parent: JsonObject, key: string, path: string): number | undefined {
  const value = own(parent, key) ?? null;
  if (value === null) return undefined;
  const number = value instanceof Float ? value.value : typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number)
    ? number
    : fail(`${path}.${key}`, "an integer", value);
}

/** The entries of a map of texts that are wanted. All of them have to be texts. */
export function textMapAt(
  parent: JsonObject,
  key: string,
  path: string,
  isWanted: (name: string) => boolean,
): ReadonlyMap<string, string> {
  const object = objectAt(parent, key, path);
  if (object === undefined) return noTexts;
  let entries: Map<string, string> | undefined;
  for (const name in object) {
    if (!Object.hasOwn(object, name)) continue;
    const value = object[name] ?? null;
    const isText = value === null || typeof value === "string";
    const text = isText ? (value ?? "") : fail(`${path}.${key}.${name}`, "a string", value);
    if (isWanted(name)) (entries ??= new Map()).set(name, text);
  }
  return entries ?? noTexts;
}

const noTexts: ReadonlyMap<string, string> = new Map();

function fail(path: string, expected: string, value: Json): never {
  const kind = isList(value) ? "a list" : isObject(value) ? "an object" : `a ${typeof value}`;
  throw new PodShapeError(`${path} must be ${expected}, not ${kind}`);
}
