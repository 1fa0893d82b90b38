/**
 * The values that policies and resources are made of, and how their numbers are read.
 *
 * Kyverno carries Go numbers: an integer of a live object is an int64, almost everything else a float64, and verdicts
 * depend on which. A plain JavaScript number is therefore read by the `NumberMode` of the document it stands in:
 *
 * | mode      | plain integral number | other plain number | bigint                | Float          |
 * |-----------|-----------------------|--------------------|-----------------------|----------------|
 * | `int64`   | int64                 | float64            | int64 beyond 2^53     | float64        |
 * | `float64` | float64               | float64            | float64 (rounded)     | never produced |
 *
 * `Float` is needed only in `int64` mode, for a float64 that happens to be integral: a literal of an expression, the
 * result of a function, data of a context entry.
 */
export type Json = null | boolean | number | bigint | string | Float | readonly Json[] | JsonObject;

/** A JSON object. Keys are foreign: read them with `own`, never with a bare index. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** How plain numbers of a document are read: live objects are `int64`, files given to the command line `float64`. */
export type NumberMode = "int64" | "float64";

/** A float64 with an integral value inside an `int64` document. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  toJSON(): number {
    return this.value;
  }
}

/** `value` as a float64 of a document with the given mode. */
export function asFloat(value: number, mode: NumberMode): number | Float {
  return mode === "int64" && Number.isInteger(value) ? new Float(value) : value;
}

/** True where `value` is an int64 under `mode`. */
export function isInt(value: Json, mode: NumberMode): value is number | bigint {
  return (
    mode === "int64" && (typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value)))
  );
}

/** The float64 that `value` is under `mode`, or undefined where it is an int64 or no number. */
export function floatOf(value: Json, mode: NumberMode): number | undefined {
  if (value instanceof Float) return value.value;
  if (typeof value === "bigint") return mode === "float64" ? Number(value) : undefined;
  if (typeof value !== "number") return undefined;
  return mode === "int64" && Number.isInteger(value) ? undefined : value;
}

/** True for a JSON object: not null, not a list, not a `Float`. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Float);
}

/** True for a JSON list (`Array.isArray` does not narrow readonly lists). */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The own entry `key` of `object`, or undefined: inherited names such as `constructor` do not exist here. */
export function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** An object from entries in which a key such as `__proto__` is an ordinary key. */
export function objectOf(entries: Iterable<readonly [string, Json]>): JsonObject {
  return Object.fromEntries(entries);
}
