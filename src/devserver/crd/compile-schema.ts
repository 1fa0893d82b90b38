import { builtinType } from "../builtin/builtin-types.ts";
import { fieldOf, isObject, listAt, textAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { TypeSchema } from "../schema/type-schema.ts";

const types: ReadonlySet<string> = new Set(["object", "array", "string", "integer", "number", "boolean"]);

/** The structural schema of a version of a CRD, with the metadata that every object has. */
export function compileRootSchema(raw: JsonObject): TypeSchema {
  const schema = compileSchema(raw);
  const properties = new Map([
    ["apiVersion", { type: "string" } satisfies TypeSchema],
    ["kind", { type: "string" } satisfies TypeSchema],
    ["metadata", builtinType("meta.v1.ObjectMeta")],
    ...[...(schema.properties ?? [])].filter(([name]) => !["apiVersion", "kind", "metadata"].includes(name)),
  ] as const);
  return { ...schema, type: "object", properties };
}

function compileSchema(raw: JsonObject): TypeSchema {
  const type = textAt(raw, "type");
  const listType = textAt(raw, "x-kubernetes-list-type");
  const properties = fieldOf(raw, "properties");
  const values = fieldOf(raw, "additionalProperties");
  const items = fieldOf(raw, "items");
  return {
    type: types.has(type) ? (type as TypeSchema["type"]) : "any",
    raw,
    ...(isObject(properties) ? { properties: compileProperties(properties) } : {}),
    ...(isObject(values)
      ? { values: compileSchema(values) }
      : values === true
        ? { values: { type: "any", preservesUnknown: true } }
        : {}),
    ...(isObject(items) ? { items: compileSchema(items) } : {}),
    ...(listType === "set" || listType === "map" ? { listType } : {}),
    ...(listType === "map" ? { listKeys: listAt(raw, "x-kubernetes-list-map-keys").map(String) } : {}),
    ...(textAt(raw, "x-kubernetes-map-type") === "atomic" ? { isAtomic: true } : {}),
    ...(raw["x-kubernetes-preserve-unknown-fields"] === true ? { preservesUnknown: true } : {}),
    ...(raw["x-kubernetes-int-or-string"] === true ? { intOrString: true } : {}),
    ...(raw["x-kubernetes-embedded-resource"] === true ? { isEmbedded: true } : {}),
    ...(raw["nullable"] === true ? { isNullable: true } : {}),
    ...(Object.hasOwn(raw, "default") ? { default: raw["default"] } : {}),
  };
}

function compileProperties(properties: JsonObject): ReadonlyMap<string, TypeSchema> {
  const entries = Object.entries(properties);
  return new Map(entries.map(([name, child]) => [name, compileSchema(isObject(child) ? child : {})]));
}
