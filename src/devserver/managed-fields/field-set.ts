import { isObject } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";

/**
 * A set of fields as a tree. The keys are path elements as the API writes them: `f:name` (a field), `k:{…}` (an item of a
 * list by its keys), `v:…` (an item of a set by its value). A node that is a member stands for the field itself.
 */
export interface FieldSet {
  readonly isMember: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

export const emptySet: FieldSet = { isMember: false, children: new Map() };
export const leafSet: FieldSet = { isMember: true, children: new Map() };

export function isEmptySet(set: FieldSet): boolean {
  return !set.isMember && [...set.children.values()].every(isEmptySet);
}

function build(isMember: boolean, children: Iterable<readonly [string, FieldSet]>): FieldSet {
  const kept = [...children].filter(([, child]) => !isEmptySet(child));
  return { isMember, children: new Map(kept) };
}

export function unionSets(left: FieldSet, right: FieldSet): FieldSet {
  const names = new Set([...left.children.keys(), ...right.children.keys()]);
  return build(
    left.isMember || right.isMember,
    [...names].map((name) => {
      const [a, b] = [left.children.get(name), right.children.get(name)];
      return [name, a === undefined ? (b ?? emptySet) : b === undefined ? a : unionSets(a, b)] as const;
    }),
  );
}

export function intersectSets(left: FieldSet, right: FieldSet): FieldSet {
  return build(
    left.isMember && right.isMember,
    [...left.children].map(([name, child]) => {
      const other = right.children.get(name);
      return [name, other === undefined ? emptySet : intersectSets(child, other)] as const;
    }),
  );
}

/** The members of `left` that are no members of `right`. */
export function subtractSets(left: FieldSet, right: FieldSet): FieldSet {
  return build(
    left.isMember && !right.isMember,
    [...left.children].map(([name, child]) => {
      const other = right.children.get(name);
      return [name, other === undefined ? child : subtractSets(child, other)] as const;
    }),
  );
}

/** As `subtractSets`; what lies below a member of `right` goes, too. */
export function subtractDeep(left: FieldSet, right: FieldSet): FieldSet {
  if (right.isMember) return emptySet;
  return build(
    left.isMember,
    [...left.children].map(([name, child]) => {
      const other = right.children.get(name);
      return [name, other === undefined ? child : subtractDeep(child, other)] as const;
    }),
  );
}

export function equalSets(left: FieldSet, right: FieldSet): boolean {
  return (
    left.isMember === right.isMember &&
    left.children.size === right.children.size &&
    [...left.children].every(([name, child]) => {
      const other = right.children.get(name);
      return other !== undefined && equalSets(child, other);
    })
  );
}

/** A set made from paths of path elements. */
export function setOfPaths(paths: readonly (readonly string[])[]): FieldSet {
  return paths
    .map((path) =>
      path.reduceRight<FieldSet>(
        (child, name) => ({ isMember: false, children: new Map([[name, child]]) }),
        leafSet,
      ),
    )
    .reduce(unionSets, emptySet);
}

/** The paths of all members. */
export function pathsOf(set: FieldSet, prefix: readonly string[] = []): readonly (readonly string[])[] {
  const below = [...set.children].sort(byName).flatMap(([name, child]) => pathsOf(child, [...prefix, name]));
  return set.isMember ? [prefix, ...below] : below;
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The `fieldsV1` of a managedFields entry. */
export function encodeFieldSet(set: FieldSet): JsonObject {
  const entries = [...set.children].sort(byName).map(([name, child]) => {
    const encoded = encodeFieldSet(child);
    const isBoth = child.isMember && child.children.size > 0;
    return [name, isBoth ? { ".": {}, ...encoded } : encoded] as const;
  });
  return Object.fromEntries(entries);
}

/** Reads a `fieldsV1`. Anything unreadable is no field. */
export function decodeFieldSet(value: unknown): FieldSet {
  if (!isObject(value)) return emptySet;
  const children = new Map<string, FieldSet>();
  for (const [name, child] of Object.entries(value)) {
    if (name === ".") continue;
    const decoded = decodeFieldSet(child);
    const isMember = !isObject(child) || Object.keys(child).length === 0 || Object.hasOwn(child, ".");
    children.set(name, { ...decoded, isMember });
  }
  return { isMember: false, children };
}
