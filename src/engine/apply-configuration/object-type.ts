import { Float } from "../values/json.ts";
import type { Json } from "../values/json.ts";

/** What a single value may be. */
export type ScalarKind = "string" | "numeric" | "boolean" | "any";

/** A type by name or place; asked for when it is needed, because types contain themselves. */
export type TypeReference = () => ObjectType;

/** A field of a struct. */
export interface FieldType {
  readonly type: TypeReference;
  /** What the API server writes where the field is missing. */
  readonly default?: Json;
}

/** A list. */
export interface ListType {
  readonly element: TypeReference;
  /** `atomic` is one value; elements of a `set` are told apart by value, those of a `map` by their keys. */
  readonly relation: "atomic" | "set" | { readonly keys: readonly string[] };
}

/** An object: a struct with declared fields, a map, or both. */
export interface MapType {
  readonly fields: ReadonlyMap<string, FieldType>;
  /** The type of keys that are not declared; undefined where there may be none. */
  readonly others: TypeReference | undefined;
  /** True where all of it is one value. */
  readonly atomic: boolean;
}

/**
 * How values of one kind of field are merged, after the types of Kubernetes' structured merge: a value may be a scalar, a
 * list or a map, and of each that is allowed it is said how.
 */
export interface ObjectType {
  readonly scalar?: ScalarKind;
  readonly list?: ListType;
  readonly map?: MapType;
}

/** The types of kinds, as an API server or a CustomResourceDefinition publishes them. */
export interface ObjectTypes {
  /** Undefined for a kind of which nothing is known. */
  find(apiVersion: string, kind: string): ObjectType | undefined;
}

/** Anything, every list and map of which is one value. */
export const untypedAtomic: ObjectType = {
  scalar: "any",
  list: { element: () => untypedAtomic, relation: "atomic" },
  map: { fields: new Map(), others: () => untypedAtomic, atomic: true },
};

/** Anything: maps merge, lists are one value. It stands for content without a schema. */
export const untypedDeduced: ObjectType = {
  scalar: "any",
  list: { element: () => untypedAtomic, relation: "atomic" },
  map: { fields: new Map(), others: () => untypedDeduced, atomic: false },
};

/** The type of a field of a map: the declared one, or that of all others. */
export function fieldTypeOf(map: MapType, field: string): TypeReference | undefined {
  return map.fields.get(field)?.type ?? map.others;
}

/**
 * A null that an expression gave. Kubernetes hands it over as a value of a type that no field takes, so that a patch with
 * one never applies, while a null within an object is one.
 */
export const nullOfExpression: Json = new Float(0);
