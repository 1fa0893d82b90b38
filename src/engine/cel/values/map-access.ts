import { CelError } from "./cel-error.ts";
import { isStringMap, KeyedMap, mapKeyOf, typeNameOf } from "./cel-value.ts";
import type { CelValue, StringMap } from "./cel-value.ts";

export type MapValue = StringMap | KeyedMap;

/** True for a map of either form. */
export function isMapValue(value: CelValue): value is MapValue {
  return isStringMap(value) || value instanceof KeyedMap;
}

/** The value under `key`, or undefined where there is none. */
export function mapGet(map: MapValue, key: CelValue): CelValue | undefined {
  if (map instanceof KeyedMap) return map.get(key);
  return typeof key === "string" && Object.hasOwn(map, key) ? map[key] : undefined;
}

export function mapSize(map: MapValue): number {
  return map instanceof KeyedMap ? map.size : Object.keys(map).length;
}

export function mapEntries(map: MapValue): Iterable<readonly [CelValue, CelValue]> {
  return map instanceof KeyedMap ? map.entries() : Object.entries(map);
}

/** Collects entries; the result is an object where all keys are texts. */
export class MapBuilder {
  readonly #entries = new Map<string, readonly [CelValue, CelValue]>();
  #hasOtherKeys = false;

  /** Adds an entry. Throws a `CelError` where the key is known, or is of a kind that no map has as a key. */
  add(key: CelValue, value: CelValue): void {
    const identity = mapKeyOf(key);
    if (identity === undefined || typeNameOf(key) === "double") {
      throw new CelError(`unsupported key type: ${typeNameOf(key)}`);
    }
    if (this.#entries.has(identity)) throw new CelError(`insert failed: key ${keyText(key)} already exists`);
    if (typeof key !== "string") this.#hasOtherKeys = true;
    this.#entries.set(identity, [key, value]);
  }

  build(): MapValue {
    if (this.#hasOtherKeys) return new KeyedMap(this.#entries);
    return Object.fromEntries(
      Array.from(this.#entries.values(), ([key, value]): [string, CelValue] => [key as string, value]),
    );
  }
}

/** A key as messages show it. */
export function keyText(key: CelValue): string {
  if (typeof key === "string" || typeof key === "number" || typeof key === "bigint") return String(key);
  if (typeof key === "boolean") return String(key);
  return mapKeyOf(key)?.slice(1) ?? typeNameOf(key);
}
