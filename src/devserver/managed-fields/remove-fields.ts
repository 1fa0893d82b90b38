import { isObject, setField } from "../json/json.ts";
import type { Draft } from "../json/json.ts";
import { fieldSchema } from "../schema/type-schema.ts";
import type { TypeSchema } from "../schema/type-schema.ts";
import type { FieldSet } from "./field-set.ts";
import { fieldElement, itemElement, ownershipOf } from "./path-element.ts";

/** The value without the members of the set. An object or list that becomes empty goes, too. */
export function removeFields(value: unknown, set: FieldSet, schema: TypeSchema | undefined): unknown {
  if (set.children.size === 0) return value;
  const ownership = ownershipOf(value, schema);
  if (ownership === "leaf") return value;
  if (ownership === "items" && schema !== undefined) return removeItems(value, set, schema);
  const result: Draft = {};
  for (const [name, child] of isObject(value) ? Object.entries(value) : []) {
    const below = set.children.get(fieldElement(name));
    if (below?.isMember === true) continue;
    const kept = below === undefined ? child : removeFields(child, below, fieldSchema(schema, name));
    if (kept !== undefined) setField(result, name, kept);
  }
  return Object.keys(result).length === 0 ? undefined : result;
}

function removeItems(value: unknown, set: FieldSet, schema: TypeSchema): unknown {
  const result: unknown[] = [];
  for (const item of Array.isArray(value) ? value : []) {
    const element = itemElement(item, schema);
    const below = element === undefined ? undefined : set.children.get(element);
    if (below?.isMember === true) continue;
    result.push(below === undefined ? item : removeFields(item, below, schema.items));
  }
  return result.length === 0 ? undefined : result;
}

/** The set with the fields of types as members where something below them is one. */
export function withNamedFields(set: FieldSet, schema: TypeSchema | undefined): FieldSet {
  const children = [...set.children].map(([element, child]) => {
    const isField = element.startsWith("f:");
    const name = element.slice(2);
    const below = withNamedFields(child, isField ? fieldSchema(schema, name) : schema?.items);
    const isNamed = isField && schema?.properties?.has(name) === true;
    return [element, isNamed ? { ...below, isMember: true } : below] as const;
  });
  return { isMember: set.isMember, children: new Map(children) };
}
