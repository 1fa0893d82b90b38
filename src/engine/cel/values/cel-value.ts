import { Float } from "../../values/json.ts";

/**
 * The values of CEL. JSON is a subset, so that no object is converted before it is judged:
 *
 * | CEL                 | here                                                           |
 * |---------------------|----------------------------------------------------------------|
 * | int                 | an integral `number` within 2^53, a `bigint` beyond            |
 * | double              | a `number` that is not integral, `Float` where it is           |
 * | string, bool, null  | themselves                                                     |
 * | list                | an array                                                       |
 * | map                 | an object with own keys, or `KeyedMap` where keys are no texts |
 * | everything else     | a subclass of `CelObject`                                      |
 */
export type CelValue =
  | null
  | boolean
  | string
  | number
  | bigint
  | Float
  | CelObject
  | readonly CelValue[]
  | StringMap;

/** A map whose keys are texts. Keys are foreign: only own ones exist. */
export interface StringMap {
  readonly [key: string]: CelValue;
}

/** A value that JSON does not know. */
export abstract class CelObject {
  /** The name that `type()` and messages show. */
  abstract readonly typeName: string;

  /** Equality with a value of the same class; what differs in class is never equal. */
  abstract equals(other: CelObject): boolean;
}

type Kind = "null" | "bool" | "int" | "double" | "string" | "list" | "map" | "object";

/** What kind of value this is; `object` stands for all subclasses of `CelObject` but `KeyedMap`. */
function kindOf(value: CelValue): Kind {
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "bool";
    case "number":
      return Number.isInteger(value) ? "int" : "double";
    case "bigint":
      return "int";
    default:
  }
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  if (value instanceof Float) return "double";
  if (value instanceof CelObject) return value instanceof KeyedMap ? "map" : "object";
  return "map";
}

/** The name of a value's type, as `type()` and messages show it. */
export function typeNameOf(value: CelValue): string {
  if (value instanceof CelObject) return value.typeName;
  const kind = kindOf(value);
  return kind === "null" ? "null_type" : kind;
}

/** True for a list (`Array.isArray` does not narrow readonly lists). */
export function isListValue(value: CelValue): value is readonly CelValue[] {
  return Array.isArray(value);
}

/** True for a map with texts as keys. */
export function isStringMap(value: CelValue): value is StringMap {
  if (typeof value !== "object" || value === null) return false;
  // Nearly all are plain objects, which this tells at once.
  if (Object.getPrototypeOf(value) === Object.prototype) return true;
  return !Array.isArray(value) && !(value instanceof CelObject) && !(value instanceof Float);
}

/** A map of any keys. Numeric keys are equal across number types, as values are. */
export class KeyedMap extends CelObject {
  readonly typeName = "map";
  readonly #entries: ReadonlyMap<string, readonly [CelValue, CelValue]>;

  constructor(entries: ReadonlyMap<string, readonly [CelValue, CelValue]>) {
    super();
    this.#entries = entries;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: CelValue): CelValue | undefined {
    const identity = mapKeyOf(key);
    return identity === undefined ? undefined : this.#entries.get(identity)?.[1];
  }

  entries(): Iterable<readonly [CelValue, CelValue]> {
    return this.#entries.values();
  }

  /** Maps are compared by `equalValues`, which knows both forms of a map. */
  equals(): boolean {
    return false;
  }
}

/** An unsigned integer of 64 bits. */
export class Uint extends CelObject {
  readonly typeName = "uint";
  readonly value: bigint;

  constructor(value: bigint) {
    super();
    this.value = value;
  }

  equals(other: CelObject): boolean {
    return other instanceof Uint && other.value === this.value;
  }
}

/** The identity of a key within a map, or undefined for a value that no map has as a key. */
export function mapKeyOf(key: CelValue): string | undefined {
  switch (typeof key) {
    case "string":
      return `s${key}`;
    case "boolean":
      return `b${key}`;
    case "number":
    case "bigint":
      return `n${key}`;
    default:
  }
  if (key instanceof Uint) return `n${key.value}`;
  if (key instanceof Float) return `n${Object.is(key.value, -0) ? 0 : BigInt(key.value)}`;
  return undefined;
}
