import { copyJson, isObject } from "../json/json.ts";
import type { Draft } from "../json/json.ts";
import type { TypeSchema } from "./type-schema.ts";

/** Sets the defaults of a custom resource's schema, in place. A null where null is not allowed counts as absent. */
export function applySchemaDefaults(value: unknown, schema: TypeSchema): void {
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const item of value) applySchemaDefaults(item, schema.items);
    return;
  }
  if (!isObject(value)) return;
  const draft = value as Draft;
  for (const [name, child] of schema.properties ?? []) {
    const isNull = Object.hasOwn(draft, name) && draft[name] === null && child.isNullable !== true;
    if (isNull && child.default !== undefined) delete draft[name];
    if (!Object.hasOwn(draft, name) && child.default !== undefined) draft[name] = copyJson(child.default);
    if (Object.hasOwn(draft, name)) applySchemaDefaults(draft[name], child);
  }
  if (schema.values === undefined) return;
  for (const name of Object.keys(draft)) {
    if (schema.properties?.has(name) !== true) applySchemaDefaults(draft[name], schema.values);
  }
}
