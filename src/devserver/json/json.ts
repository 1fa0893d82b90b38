declare global {
  interface JSON {
    /** A value that is written as the given text (ECMAScript: JSON.parse source text access). */
    rawJSON(text: string): unknown;
    isRawJSON(value: unknown): boolean;
  }
}

/** A JSON object as it came over the wire or as it is stored. Stored ones are never changed. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** An object under construction: a private copy that may be changed. */
export type Draft = Record<string, unknown>;

/** True for objects that are neither arrays nor integers kept as text (see `parse-json.ts`). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

/** An own property; whatever the prototype offers is no field. */
export function fieldOf(object: unknown, name: string): unknown {
  return isObject(object) && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The value at a path of field names. */
export function valueAt(object: unknown, ...path: readonly string[]): unknown {
  let value = object;
  for (const name of path) value = fieldOf(value, name);
  return value;
}

/** A text at a path, or the empty text. */
export function textAt(object: unknown, ...path: readonly string[]): string {
  const value = valueAt(object, ...path);
  return typeof value === "string" ? value : "";
}

/** A number at a path, or undefined. */
export function numberAt(object: unknown, ...path: readonly string[]): number | undefined {
  const value = valueAt(object, ...path);
  return typeof value === "number" ? value : undefined;
}

/** A list at a path, or the empty list. */
export function listAt(object: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = valueAt(object, ...path);
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** A map at a path, or an empty one. */
export function mapAt(object: unknown, ...path: readonly string[]): JsonObject {
  const value = valueAt(object, ...path);
  return isObject(value) ? value : {};
}

/** Sets an own property, whatever its name. */
export function setField(draft: Draft, name: string, value: unknown): void {
  if (name === "__proto__") {
    Object.defineProperty(draft, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    draft[name] = value;
  }
}

/** A copy that shares nothing that can be changed. */
export function copyJson<T>(value: T): T;
export function copyJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => copyJson(item));
  if (!isObject(value)) return value;
  const copy: Draft = {};
  for (const name of Object.keys(value)) setField(copy, name, copyJson(value[name]));
  return copy;
}

/** A private copy of an object, to be changed. */
export function draftOf(object: unknown): Draft {
  return isObject(object) ? (copyJson(object) as Draft) : {};
}

/** The draft at a path, made where it is missing. */
export function ensureDraft(draft: Draft, ...path: readonly string[]): Draft {
  let current = draft;
  for (const name of path) {
    const next = fieldOf(current, name);
    if (isObject(next)) {
      current = next;
    } else {
      const made: Draft = {};
      setField(current, name, made);
      current = made;
    }
  }
  return current;
}

/** Deep equality; the order of fields does not count. */
export function equalJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (JSON.isRawJSON(left) || JSON.isRawJSON(right)) return JSON.stringify(left) === JSON.stringify(right);
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, i) => equalJson(item, right[i]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && equalJson(left[name], right[name]))
  );
}
