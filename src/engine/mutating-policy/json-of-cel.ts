import { encodeBase64 } from "../jmespath/base64.ts";
import { durationText, timestampText } from "../cel/functions/value-text.ts";
import { isListValue, isStringMap, KeyedMap, typeNameOf, Uint } from "../cel/values/cel-value.ts";
import type { CelValue } from "../cel/values/cel-value.ts";
import { Bytes, Duration, StructValue, Timestamp } from "../cel/values/objects.ts";
import { Float } from "../values/json.ts";
import type { Json } from "../values/json.ts";

/** A value of an expression that JSON has no form for; the message says which. */
export class JsonFormError extends Error {
  override readonly name = "JsonFormError";
}

const maxDepth = 200;

/**
 * The JSON that a value of an expression stands for, as it is written into objects: messages are objects, bytes base64,
 * times and durations texts, all numbers plain. Parts that are JSON already are the same values. Throws a `JsonFormError`.
 */
export function jsonOfCel(value: CelValue, depth = 0): Json {
  if (depth > maxDepth) throw new JsonFormError(`the value is nested deeper than ${maxDepth} levels`);
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Float) return value.value;
  if (isListValue(value)) return value.map((item) => jsonOfCel(item, depth + 1));
  if (value instanceof StructValue) return jsonOfEntries(value.fields, depth);
  if (value instanceof Uint) return plainInteger(value.value);
  if (value instanceof Bytes) return encodeBase64(value.value);
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (value instanceof KeyedMap) {
    const [key] = [...value.entries()].map(([name]) => name).filter((name) => typeof name !== "string");
    throw new JsonFormError(`map key is of type ${typeNameOf(key ?? null)}, not string`);
  }
  if (isStringMap(value)) return jsonOfEntries(Object.entries(value), depth);
  throw new JsonFormError(`a value of type ${typeNameOf(value)} has no form in JSON`);
}

function jsonOfEntries(entries: Iterable<readonly [string, CelValue]>, depth: number): Json {
  return Object.fromEntries(
    Array.from(entries, ([key, value]): [string, Json] => [key, jsonOfCel(value, depth + 1)]),
  );
}

function plainInteger(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
