import { isObject, setField } from "../json/json.ts";
import type { Draft, JsonObject } from "../json/json.ts";
import { fieldSchema } from "./type-schema.ts";
import type { TypeSchema } from "./type-schema.ts";

/**
 * A custom resource without the fields that its schema does not have. The paths of what was dropped go into `unknown`.
 * `apiVersion`, `kind` and `metadata` of an embedded object are always known.
 */
export function pruneUnknown(object: JsonObject, schema: TypeSchema, unknown: string[]): Draft {
  return pruneObject(object, schema, "", unknown);
}

const embedded: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

function prune(value: unknown, schema: TypeSchema, path: string, unknown: string[]): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined
      ? value
      : value.map((item: unknown, i) => prune(item, items, `${path}[${i}]`, unknown));
  }
  return isObject(value) ? pruneObject(value, schema, path, unknown) : value;
}

function pruneObject(object: JsonObject, schema: TypeSchema, path: string, unknown: string[]): Draft {
  const result: Draft = {};
  for (const name of Object.keys(object)) {
    const child = fieldSchema(schema, name);
    const childPath = path === "" ? name : `${path}.${name}`;
    if (child !== undefined) setField(result, name, prune(object[name], child, childPath, unknown));
    else if (schema.preservesUnknown === true || (schema.isEmbedded === true && embedded.has(name))) {
      setField(result, name, object[name]);
    } else unknown.push(childPath);
  }
  return result;
}
