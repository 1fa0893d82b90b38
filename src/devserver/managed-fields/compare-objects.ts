import { equalJson, isObject } from "../json/json.ts";
import { fieldSchema } from "../schema/type-schema.ts";
import type { TypeSchema } from "../schema/type-schema.ts";
import { emptySet, isEmptySet, leafSet, unionSets } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";
import { fieldElement, itemElement, ownershipOf } from "./path-element.ts";

/** What changed between two objects, field by field. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

const same: Comparison = { added: emptySet, modified: emptySet, removed: emptySet };

type Part = keyof Comparison;
const parts: readonly Part[] = ["added", "modified", "removed"];

/** Compares an object before and after; `undefined` stands for its absence. */
export function compareObjects(before: unknown, after: unknown, schema: TypeSchema | undefined): Comparison {
  if (before !== undefined && after !== undefined && equalJson(before, after)) return same;
  const present = after === undefined ? before : after;
  const ownership = ownershipOf(present, schema);
  const isOtherForm =
    before !== undefined && after !== undefined && ownershipOf(before, schema) !== ownership;
  if (ownership === "leaf" || isOtherForm || (isVoid(before) && isVoid(after))) {
    if (before === undefined) return { ...same, added: leafSet };
    return after === undefined ? { ...same, removed: leafSet } : { ...same, modified: leafSet };
  }
  const below =
    ownership === "fields" ? compareFields(before, after, schema) : compareItems(before, after, schema);
  if (before === undefined) return { ...below, added: unionSets(below.added, leafSet) };
  return after === undefined ? { ...below, removed: unionSets(below.removed, leafSet) } : below;
}

function isVoid(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0);
}

function nest(entries: Iterable<readonly [string, Comparison]>): Comparison {
  const children: Record<Part, Map<string, FieldSet>> = {
    added: new Map(),
    modified: new Map(),
    removed: new Map(),
  };
  for (const [name, comparison] of entries) {
    for (const part of parts) {
      if (!isEmptySet(comparison[part])) children[part].set(name, comparison[part]);
    }
  }
  return {
    added: { isMember: false, children: children.added },
    modified: { isMember: false, children: children.modified },
    removed: { isMember: false, children: children.removed },
  };
}

function compareFields(before: unknown, after: unknown, schema: TypeSchema | undefined): Comparison {
  const [old, now] = [isObject(before) ? before : {}, isObject(after) ? after : {}];
  const names = new Set([...Object.keys(old), ...Object.keys(now)]);
  return nest(
    [...names].map((name) => {
      const left = Object.hasOwn(old, name) ? old[name] : undefined;
      const right = Object.hasOwn(now, name) ? now[name] : undefined;
      return [fieldElement(name), compareObjects(left, right, fieldSchema(schema, name))] as const;
    }),
  );
}

function indexItems(value: unknown, schema: TypeSchema | undefined): ReadonlyMap<string, unknown> {
  const index = new Map<string, unknown>();
  for (const item of Array.isArray(value) ? value : []) {
    const element = schema === undefined ? undefined : itemElement(item, schema);
    if (element !== undefined && !index.has(element)) index.set(element, item);
  }
  return index;
}

function compareItems(before: unknown, after: unknown, schema: TypeSchema | undefined): Comparison {
  const [old, now] = [indexItems(before, schema), indexItems(after, schema)];
  const elements = new Set([...old.keys(), ...now.keys()]);
  return nest(
    [...elements].map(
      (element) => [element, compareObjects(old.get(element), now.get(element), schema?.items)] as const,
    ),
  );
}
