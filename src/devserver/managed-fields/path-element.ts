import { fieldOf, isObject } from "../json/json.ts";
import type { TypeSchema } from "../schema/type-schema.ts";
import { fieldSchema } from "../schema/type-schema.ts";

export function fieldElement(name: string): string {
  return `f:${name}`;
}

/** True where a list is owned item by item. */
function isAssociative(schema: TypeSchema | undefined): boolean {
  return schema?.listType !== undefined;
}

/**
 * The path element of an item: its value in a set, its keys in a map. A key that is absent has its default; an item
 * without any of its keys has no element.
 */
export function itemElement(item: unknown, schema: TypeSchema): string | undefined {
  if (schema.listType === "set") return `v:${JSON.stringify(item)}`;
  if (!isObject(item)) return undefined;
  const keys = (schema.listKeys ?? []).toSorted().map((key) => {
    const child = fieldSchema(schema.items, key);
    return [key, fieldOf(item, key) ?? child?.default ?? child?.raw?.["default"]] as const;
  });
  if (keys.every(([, value]) => value === undefined)) return undefined;
  return `k:${JSON.stringify(Object.fromEntries(keys))}`;
}

/** How a value is owned: whole, field by field, or item by item. */
export type Ownership = "leaf" | "fields" | "items";

export function ownershipOf(value: unknown, schema: TypeSchema | undefined): Ownership {
  if (Array.isArray(value)) return isAssociative(schema) ? "items" : "leaf";
  if (!isObject(value)) return "leaf";
  if (schema === undefined) return "fields";
  if (schema.isAtomic === true) return "leaf";
  // What a built-in type leaves open (RawExtension and the like) is one value; in a custom resource it has fields.
  if (schema.type === "any" && schema.raw === undefined && schema.properties === undefined) {
    return schema.preservesUnknown === true && schema.format === "deduced" ? "fields" : "leaf";
  }
  return "fields";
}

/** A path of path elements as people read it: `.spec.containers[name="a"].image`. */
export function pathText(path: readonly string[]): string {
  return path
    .map((element) => {
      const rest = element.slice(2);
      if (element.startsWith("f:")) return `.${rest}`;
      if (element.startsWith("v:")) return `[=${rest}]`;
      const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>);
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`;
    })
    .join("");
}
