import type { Budget } from "../../budget.ts";
import { isObject, own } from "../../values/json.ts";
import type { Json } from "../../values/json.ts";
import type { MergeNodes } from "./merge.ts";
import { setElement } from "./list-elements.ts";
import { wrongKind } from "./node-kind.ts";
import { isEmptyCollection, isEmptyObject, scalarText } from "./scalar-text.ts";

/** How elements of a list are merged. */
export interface ElementMerge {
  readonly budget: Budget;
  readonly merge: MergeNodes;
}

/**
 * Merges two lists whose elements are told apart by `keys`, or by value where there are none. Elements of the patch come
 * first, in its order, then the others of the base. An element of the patch without its keys takes all of the base away, as
 * in kyaml. `base` and `patch` are the same list where one is added to an object that had none.
 */
export function mergeList(
  base: readonly Json[],
  patch: readonly Json[],
  keys: readonly string[],
  { budget, merge }: ElementMerge,
): readonly Json[] {
  const names = keys.length === 0 ? [""] : keys;
  const isAdded = patch === base;
  let rest = [...base];
  const changes = [...patch];
  const identities = identitiesOf([...patch, ...base], names, budget);
  const used = usedKeys(identities, names);
  let merged: readonly Json[] = [];
  for (const identity of identities) {
    budget.step(1 + rest.length + merged.length);
    const values = identity.filter((_, index) => used.includes(names[index] ?? ""));
    const isOne = identityTest(used, values);
    const at = rest.findIndex(isOne);
    const before = rest[at];
    const change = (isAdded ? rest : changes).findIndex(isOne);
    const patched = isAdded ? before : changes[change];
    const after = merge(before, patched);
    // A directive counts once, although elements without all keys may come up again.
    if (!isAdded && patched !== undefined) changes[change] = withoutDirective(patched);
    if (after === undefined || after === null || isEmptyObject(after)) {
      rest = [...setElement(rest, used, values, undefined)];
      continue;
    }
    const complete = withKeys(after, used, values);
    // A replaced element is another node than the one in the base, which wins in the end.
    if (at >= 0 && (isAdded || !isReplacement(patched))) rest[at] = complete;
    merged = setElement(merged, used, values, complete);
  }
  if (identities.length === 0) return base;
  const result = rest.reduce<readonly Json[]>((list, element) => {
    budget.step(1 + list.length);
    return appendElement(list, element, used);
  }, merged);
  return isSameList(result, base) ? base : result;
}

function isReplacement(patched: Json | undefined): boolean {
  return isObject(patched) && own(patched, "$patch") === "replace";
}

function withoutDirective(patched: Json): Json {
  if (!isObject(patched) || !Object.hasOwn(patched, "$patch")) return patched;
  return Object.fromEntries(Object.entries(patched).filter(([key]) => key !== "$patch"));
}

/** The values of the keys of all elements, without repetitions. */
function identitiesOf(
  elements: readonly Json[],
  keys: readonly string[],
  budget: Budget,
): (readonly string[])[] {
  const unique = new Map<string, readonly string[]>();
  for (const element of elements) {
    const identity = keys.map((key) => (key === "" ? scalarText(element) : keyText(element, key)));
    unique.set(JSON.stringify(identity), identity);
  }
  const identities = [...unique.values()];
  return keys.length > 1 ? completed(identities, budget) : identities;
}

function keyText(element: Json, key: string): string {
  const value = isObject(element) ? own(element, key) : undefined;
  return value === undefined || value === null || isEmptyCollection(value) ? "" : scalarText(value);
}

/** With several keys, elements that differ only in a missing one are the same. */
function completed(identities: (readonly string[])[], budget: Budget): (readonly string[])[] {
  for (let left = 0; left < identities.length; left++) {
    budget.step(identities.length);
    const one = identities[left] ?? [];
    for (let right = 0; right < identities.length; right++) {
      const union = unionOf(one, identities[right] ?? []);
      if (union === undefined) continue;
      identities[left] = union;
      identities[right] = union;
    }
  }
  return identities;
}

function unionOf(left: readonly string[], right: readonly string[]): readonly string[] | undefined {
  if (left.some((value, index) => value !== right[index] && value !== "" && right[index] !== "")) {
    return undefined;
  }
  if (!left.some((value, index) => value === right[index])) return undefined;
  return left.map((value, index) => (value === "" ? (right[index] ?? "") : value));
}

/** The keys that some element has; all of them where none has any. */
function usedKeys(identities: readonly (readonly string[])[], keys: readonly string[]): readonly string[] {
  const used = keys.filter((_, index) => identities.some((identity) => identity[index] !== ""));
  return used.length === 0 ? keys : used;
}

/** Finds an element by the keys that its identity has. */
function identityTest(keys: readonly string[], values: readonly string[]): (element: Json) => boolean {
  if (keys[0] === "") return (element) => scalarText(element) === values[0];
  const pairs = keys.map((key, index) => [key, values[index] ?? ""] as const);
  const known = pairs.filter(([, value]) => value !== "");
  const wanted = known.length === 0 ? pairs : known;
  return (element) =>
    isObject(element) &&
    wanted.every(([key, value]) => {
      const actual = own(element, key);
      return actual !== undefined && scalarText(actual) === value;
    });
}

/** Keys that the identity took from another element become part of this one. */
function withKeys(element: Json, keys: readonly string[], values: readonly string[]): Json {
  const missing = keys.flatMap((key, index) => {
    const value = values[index] ?? "";
    const absent = key !== "" && value !== "" && !(isObject(element) && Object.hasOwn(element, key));
    return absent ? [[key, plainValue(value)] as const] : [];
  });
  if (missing.length === 0) return element;
  if (!isObject(element)) throw wrongKind("MappingNode", element);
  return Object.fromEntries([...Object.entries(element), ...missing]);
}

/** A text of an identity as the value that it was the text of. */
function plainValue(text: string): Json {
  return /^(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}

/** Puts an element of the base behind those that are there, or in the place of the one that it is. */
function appendElement(list: readonly Json[], element: Json, keys: readonly string[]): readonly Json[] {
  if (keys[0] === "") return setElement(list, [""], [scalarText(element)], element);
  let current = list;
  const values: string[] = [];
  for (const key of keys) {
    const value = isObject(element) ? own(element, key) : undefined;
    if (value === undefined) current = [...current, element];
    else values.push(scalarText(value));
  }
  if (keys.length > 1) current = setElement(current, keys, values, undefined);
  return setElement(current, keys, values, element);
}

function isSameList(left: readonly Json[], right: readonly Json[]): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index]);
}
