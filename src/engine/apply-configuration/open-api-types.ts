import { isList, isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { untypedAtomic, untypedDeduced } from "./object-type.ts";
import type {
  FieldType,
  ListType,
  MapType,
  ObjectType,
  ObjectTypes,
  ScalarKind,
  TypeReference,
} from "./object-type.ts";

/** The types of the schemas of an OpenAPI 3 document, by the kinds that they say they are for. */
export interface OpenApiTypes extends ObjectTypes {
  /** Every kind, as apiVersion and kind. */
  readonly kinds: readonly (readonly [apiVersion: string, kind: string])[];
}

/**
 * Reads `components.schemas` of an OpenAPI 3 document of an API server. Lists and maps merge as their
 * `x-kubernetes-list-type`, `-map-type`, `-list-map-keys` and, where these are missing, their patch strategy say.
 */
export function typesOfOpenApi(schemas: JsonObject): OpenApiTypes {
  const known = new Map<string, ObjectType>();
  const named = (name: string): TypeReference => {
    return () => {
      const found = known.get(name);
      if (found !== undefined) return found;
      const schema = own(schemas, name);
      const type = isObject(schema) ? namedType(name, schema, named) : untypedDeduced;
      known.set(name, type);
      return type;
    };
  };
  const names = new Map<string, string>();
  const kinds: (readonly [string, string])[] = [];
  for (const [name, schema] of Object.entries(schemas)) {
    for (const [apiVersion, kind] of isObject(schema) ? kindsOf(schema) : []) {
      names.set(`${apiVersion} ${kind}`, name);
      kinds.push([apiVersion, kind]);
    }
  }
  return {
    kinds,
    find: (apiVersion, kind) => {
      const name = names.get(`${apiVersion} ${kind}`);
      return name === undefined ? undefined : named(name)();
    },
  };
}

/** The type of a schema that refers to no others, such as that of a CustomResourceDefinition. */
export function typeOfSchema(schema: JsonObject): ObjectType {
  return typeOf(schema, { named: () => () => untypedDeduced, keepsUnknown: false });
}

type Named = (name: string) => TypeReference;

interface Reading {
  readonly named: Named;
  /** A schema further out lets unknown fields in. */
  readonly keepsUnknown: boolean;
}

function namedType(name: string, schema: JsonObject, named: Named): ObjectType {
  if (name === "io.k8s.apimachinery.pkg.api.resource.Quantity") return { scalar: "any" };
  if (name === "io.k8s.apimachinery.pkg.runtime.RawExtension") return untypedAtomic;
  return typeOf(schema, { named, keepsUnknown: false });
}

const preserves = "x-kubernetes-preserve-unknown-fields";

function typeOf(schema: JsonObject, outer: Reading): ObjectType {
  const reading = own(schema, preserves) === true ? { ...outer, keepsUnknown: true } : outer;
  const type = own(schema, "type");
  switch (type) {
    case "object":
      return { map: mapOf(schema, reading) };
    case "array":
      return { list: listOf(schema, reading) };
    case "integer":
    case "number":
      return { scalar: "numeric" };
    case "boolean":
      return { scalar: "boolean" };
    case "string":
      return { scalar: scalarOfText(own(schema, "format")) };
    default:
      return { scalar: "any", list: listOf(schema, reading), map: mapOf(schema, reading) };
  }
}

function scalarOfText(format: Json | undefined): ScalarKind {
  return format === undefined || format === "" || format === "byte" ? "string" : "any";
}

function mapOf(schema: JsonObject, reading: Reading): MapType {
  const properties = own(schema, "properties");
  const entries = isObject(properties) ? Object.entries(properties) : [];
  const fields = entries.map(([name, field]): readonly [string, FieldType] => {
    const fallback = isObject(field) ? own(field, "default") : undefined;
    return [
      name,
      { type: referenceTo(field, reading), ...(fallback === undefined ? {} : { default: fallback }) },
    ];
  });
  return {
    fields: new Map(fields),
    others: othersOf(own(schema, "additionalProperties"), fields.length, reading),
    atomic: own(schema, "x-kubernetes-map-type") === "atomic",
  };
}

function othersOf(
  additional: Json | undefined,
  declared: number,
  reading: Reading,
): TypeReference | undefined {
  if (isObject(additional)) return referenceTo(additional, reading);
  if (additional === true) return () => untypedDeduced;
  if (additional === false) return undefined;
  // An object without any properties is free.
  return reading.keepsUnknown || declared === 0 ? () => untypedDeduced : undefined;
}

function listOf(schema: JsonObject, reading: Reading): ListType {
  const items = own(schema, "items");
  return {
    element: isObject(items) ? referenceTo(items, reading) : () => untypedAtomic,
    relation: relationOf(schema),
  };
}

function relationOf(schema: JsonObject): ListType["relation"] {
  switch (own(schema, "x-kubernetes-list-type")) {
    case undefined:
      break;
    case "set":
      return "set";
    case "map":
      return { keys: texts(own(schema, "x-kubernetes-list-map-keys")) };
    default:
      return "atomic";
  }
  const strategy = own(schema, "x-kubernetes-patch-strategy");
  if (strategy !== "merge" && strategy !== "merge,retainKeys") return "atomic";
  const key = own(schema, "x-kubernetes-patch-merge-key");
  return typeof key === "string" ? { keys: [key] } : "set";
}

function texts(value: Json | undefined): readonly string[] {
  return isList(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** The type that a field names, directly or as its only `allOf`, or the one that it holds itself. */
function referenceTo(field: Json, reading: Reading): TypeReference {
  if (!isObject(field)) return () => untypedDeduced;
  const all = own(field, "allOf");
  const only = isList(all) && all.length === 1 ? all[0] : undefined;
  const reference = own(field, "$ref") ?? (isObject(only) ? own(only, "$ref") : undefined);
  if (typeof reference !== "string") return once(() => typeOf(field, reading));
  const target = reading.named(reference.slice(reference.lastIndexOf("/") + 1));
  const mapType = own(field, "x-kubernetes-map-type");
  return mapType === undefined ? target : once(() => withMapType(target(), mapType === "atomic"));
}

function once(read: TypeReference): TypeReference {
  let known: ObjectType | undefined;
  return () => (known ??= read());
}

function withMapType(type: ObjectType, atomic: boolean): ObjectType {
  return type.map === undefined ? type : { ...type, map: { ...type.map, atomic } };
}

function kindsOf(schema: JsonObject): readonly (readonly [apiVersion: string, kind: string])[] {
  const listed = own(schema, "x-kubernetes-group-version-kind");
  if (!isList(listed)) return [];
  return listed.flatMap((entry) => {
    if (!isObject(entry)) return [];
    const { group, version, kind } = entry;
    if (typeof group !== "string" || typeof version !== "string" || typeof kind !== "string") return [];
    return [[group === "" ? version : `${group}/${version}`, kind] as const];
  });
}
