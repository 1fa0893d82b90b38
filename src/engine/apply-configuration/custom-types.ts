import { isList, isObject, own } from "../values/json.ts";
import type { JsonObject } from "../values/json.ts";
import type { FieldType, ObjectType, ObjectTypes } from "./object-type.ts";
import { typeOfSchema } from "./open-api-types.ts";

/**
 * The types of custom kinds, as their CustomResourceDefinitions declare them for each version, and those of `others`. What
 * every object has (`apiVersion`, `kind`, `metadata`) is added, as the API server does.
 */
export function typesOfDefinitions(definitions: readonly JsonObject[], others: ObjectTypes): ObjectTypes {
  const schemas = new Map(definitions.flatMap(schemasOf));
  const known = new Map<string, ObjectType>();
  const metadata = others.find("v1", "ConfigMap")?.map?.fields.get("metadata");
  return {
    find(apiVersion, kind) {
      const key = `${apiVersion} ${kind}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      const schema = schemas.get(key);
      if (schema === undefined) return others.find(apiVersion, kind);
      const type = withCommonFields(typeOfSchema(schema), metadata);
      known.set(key, type);
      return type;
    },
  };
}

function schemasOf(definition: JsonObject): readonly (readonly [string, JsonObject])[] {
  const spec = own(definition, "spec");
  if (!isObject(spec)) return [];
  const { group, names, versions } = spec;
  const kind = names !== undefined && isObject(names) ? own(names, "kind") : undefined;
  if (typeof group !== "string" || typeof kind !== "string" || !isList(versions)) return [];
  return versions.flatMap((version) => {
    const schema = isObject(version) ? own(version, "schema") : undefined;
    const declared = isObject(schema) ? own(schema, "openAPIV3Schema") : undefined;
    const name = isObject(version) ? own(version, "name") : undefined;
    if (typeof name !== "string" || !isObject(declared)) return [];
    return [[`${group}/${name} ${kind}`, declared] as const];
  });
}

const text: FieldType = { type: () => ({ scalar: "string" }) };

function withCommonFields(type: ObjectType, metadata: FieldType | undefined): ObjectType {
  if (type.map === undefined) return type;
  const fields = new Map([
    ...type.map.fields,
    ["apiVersion", text] as const,
    ["kind", text] as const,
    ...(metadata === undefined ? [] : [["metadata", metadata] as const]),
  ]);
  return { ...type, map: { ...type.map, fields } };
}
