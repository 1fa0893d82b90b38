import { isObject } from "../json/json.ts";
import { fieldSchema } from "../schema/type-schema.ts";
import type { TypeSchema } from "../schema/type-schema.ts";
import { emptySet, leafSet, setOfPaths, subtractDeep, subtractSets } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";
import { fieldElement, itemElement, ownershipOf } from "./path-element.ts";

/** The fields that an object sets, as one who applies it owns them. */
export function collectFields(value: unknown, schema: TypeSchema | undefined): FieldSet {
  switch (ownershipOf(value, schema)) {
    case "leaf":
      return leafSet;
    case "fields":
      return collectObject(value, schema);
    case "items":
      break;
  }
  const children = new Map<string, FieldSet>();
  for (const item of Array.isArray(value) ? value : []) {
    const element = schema === undefined ? undefined : itemElement(item, schema);
    if (element !== undefined)
      children.set(element, { ...collectFields(item, schema?.items), isMember: true });
  }
  return { isMember: false, children };
}

function collectObject(value: unknown, schema: TypeSchema | undefined): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [name, child] of isObject(value) ? Object.entries(value) : []) {
    const isEmpty = child === null || (isObject(child) && Object.keys(child).length === 0);
    const below = isEmpty ? emptySet : collectFields(child, fieldSchema(schema, name));
    // The keys of a map are owned as such, the fields of a type only through what they hold.
    const isKey = schema?.properties?.has(name) !== true;
    children.set(fieldElement(name), { ...below, isMember: below.isMember || isEmpty || isKey });
  }
  return { isMember: false, children };
}

/** Fields of metadata that nobody owns. */
const unowned = setOfPaths([
  ["f:apiVersion"],
  ["f:kind"],
  ...["name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "resourceVersion"].map(
    (name) => ["f:metadata", `f:${name}`],
  ),
  ["f:metadata", "f:managedFields"],
  ["f:metadata", "f:deletionTimestamp"],
  ["f:metadata", "f:deletionGracePeriodSeconds"],
]);
const metadataItself = setOfPaths([["f:metadata"]]);

/** Without the fields that nobody owns, and without those that this kind of request does not write. */
export function ownedOnly(set: FieldSet, notWritten: FieldSet): FieldSet {
  return subtractDeep(subtractSets(subtractDeep(set, unowned), metadataItself), notWritten);
}
