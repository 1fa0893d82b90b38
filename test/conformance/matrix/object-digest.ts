import { createHash } from "node:crypto";

import { isList, isObject, own } from "#engine/values/json.ts";
import type { Json, JsonObject } from "#engine/values/json.ts";

/** The digest under which the records know an object: the start of the SHA-256 of its canonical JSON. */
export function objectDigest(object: JsonObject, clusterScoped: boolean): string {
  const text = canonicalJson(withoutEmpty(clusterScoped ? withoutNamespace(object) : object));
  return createHash("sha256").update(text, "utf8").digest("hex").slice(0, 16);
}

function withoutNamespace(object: JsonObject): JsonObject {
  const metadata = own(object, "metadata");
  if (!isObject(metadata)) return object;
  const { namespace: _namespace, ...rest } = metadata;
  return { ...object, metadata: rest };
}

/** Maps lose what is null or empty, innermost first; lists keep everything. */
function withoutEmpty(value: Json): Json {
  if (isList(value)) return value.map(withoutEmpty);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, withoutEmpty(item)] as const)
      .filter(([, item]) => !isEmpty(item)),
  );
}

function isEmpty(value: Json): boolean {
  if (isList(value)) return value.length === 0;
  return value === null || (isObject(value) && Object.keys(value).length === 0);
}

/** Keys in the order of code points, no white space. */
function canonicalJson(value: Json): string {
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).toSorted(byCodePoint);
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`).join(",")}}`;
}

function byCodePoint(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  for (const [index, one] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (one !== other) return (one.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
  }
  return left.length - right.length;
}
