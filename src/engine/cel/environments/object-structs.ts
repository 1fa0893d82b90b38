import type {
  MapType,
  ObjectType,
  ObjectTypes,
  TypeReference,
} from "../../apply-configuration/object-type.ts";
import type { StructType } from "../compile/environment.ts";
import { boolType, dynType, listOf, mapOf, namedType, stringType } from "../types/cel-type.ts";
import type { CelType } from "../types/cel-type.ts";
import { structType } from "./admission-types.ts";

/** A type of objects for the checker, and the types of the fields within. */
export interface TypedObject {
  /** The names of all its types begin with it. */
  readonly name: string;
  readonly type: CelType;
  readonly structs: readonly StructType[];
}

/** Types of a kind that has more parts than any real one. */
const maxStructs = 5_000;

/**
 * The type of a kind as expressions see its objects: declared fields and no others. What a schema leaves open, and numbers,
 * of which it does not say whether they are whole, agree with everything. Undefined for a kind of which nothing is known.
 */
export function typedObject(types: ObjectTypes, apiVersion: string, kind: string): TypedObject | undefined {
  const found = types.find(apiVersion, kind);
  if (found === undefined) return undefined;
  const name = `${apiVersion}.${kind}`;
  const reader = new StructReader(name);
  const type = reader.typeOf(found, "");
  return { name, type, structs: reader.structs };
}

class StructReader {
  readonly structs: StructType[] = [];
  readonly #known = new Map<MapType, CelType>();
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  typeOf({ scalar, list, map }: ObjectType, path: string): CelType {
    // Where several are allowed, only the value can tell.
    if ([scalar, list, map].filter((one) => one !== undefined).length !== 1) return dynType;
    if (scalar === "string") return stringType;
    if (scalar === "boolean") return boolType;
    if (list !== undefined) return listOf(this.#refer(list.element, `${path}[]`));
    return map === undefined ? dynType : this.#map(map, path);
  }

  #refer(reference: TypeReference, path: string): CelType {
    return this.typeOf(reference(), path);
  }

  #map(map: MapType, path: string): CelType {
    const { fields, others } = map;
    if (fields.size === 0)
      return mapOf(stringType, others === undefined ? dynType : this.#refer(others, `${path}{}`));
    if (others !== undefined || this.#known.size >= maxStructs) return dynType;
    const known = this.#known.get(map);
    if (known !== undefined) return known;
    const name = `${this.#prefix}${path}`;
    const type = namedType(name);
    // Before its fields: types contain themselves.
    this.#known.set(map, type);
    const declared = [...fields].map(([field, { type: reference }]): [string, CelType] => [
      field,
      this.#refer(reference, `${path}.${field}`),
    ]);
    this.structs.push(structType(name, Object.fromEntries(declared)));
    return type;
  }
}
