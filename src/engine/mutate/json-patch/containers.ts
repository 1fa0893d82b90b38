import { withKey } from "../../context/document.ts";
import { isList, isObject, own } from "../../values/json.ts";
import type { Json, JsonObject } from "../../values/json.ts";
import { PatchError } from "../patch-error.ts";
import { indexOf, unescapeSegment } from "./pointer.ts";

/** An object or a list: what can hold the target of an operation. */
export type Container = JsonObject | readonly Json[];

export function isContainer(value: Json | undefined): value is Container {
  return isObject(value) || isList(value);
}

/** A member, or why there is none. */
export type Member =
  | { readonly found: true; readonly value: Json }
  | { readonly found: false; readonly reason: string };

/** Reads a member; indexes of lists may count from the end. An empty key is the container itself. */
export function memberOf(container: Container, key: string): Member {
  if (key === "") return { found: true, value: container };
  if (isObject(container)) {
    const value = own(container, key);
    return value === undefined
      ? { found: false, reason: `unable to get nonexistent key: ${key}: missing value` }
      : { found: true, value };
  }
  const index = indexOf(key);
  if (index === undefined) return { found: false, reason: noIndex(key) };
  const value = container.at(index);
  return value === undefined ? { found: false, reason: invalidIndex(index) } : { found: true, value };
}

/** Adds a member: sets the key of an object, inserts into a list. Throws a `PatchError`. */
export function addMember(container: Container, key: string, value: Json): Container {
  if (isObject(container)) return withKey(container, key, value);
  if (key === "-") return [...container, value];
  const index = indexOf(key);
  if (index === undefined) {
    throw new PatchError(`value was not a proper array index: '${key}': ${noIndex(key)}`);
  }
  const at = index < 0 ? index + container.length + 1 : index;
  if (at < 0 || at > container.length) throw new PatchError(invalidIndex(index));
  return container.toSpliced(at, 0, value);
}

/** Replaces a member that exists. Throws a `PatchError`. */
export function setMember(container: Container, key: string, value: Json): Container {
  if (isObject(container)) return withKey(container, key, value);
  const index = indexOf(key);
  if (index === undefined) throw new PatchError(noIndex(key));
  const at = index < 0 ? index + container.length : index;
  if (at < 0 || at >= container.length) throw new PatchError(invalidIndex(index));
  return container.with(at, value);
}

/** Takes a member away; one that does not exist is passed over. Throws a `PatchError` for what is no index. */
export function removeMember(container: Container, key: string): Container {
  if (isObject(container)) {
    if (!Object.hasOwn(container, key)) return container;
    return Object.fromEntries(Object.entries(container).filter(([name]) => name !== key));
  }
  const index = indexOf(key);
  if (index === undefined) throw new PatchError(noIndex(key));
  const at = index < 0 ? index + container.length : index;
  return at < 0 || at >= container.length ? container : container.toSpliced(at, 1);
}

/**
 * The document with another container at the place of the one under `parents`, or undefined where there is none. Only what
 * lies on the way is copied.
 */
export function changeContainer(
  document: Container,
  parents: readonly string[],
  change: (container: Container) => Container,
): Container | undefined {
  const [first, ...rest] = parents;
  if (first === undefined) return change(document);
  const key = unescapeSegment(first);
  const member = memberOf(document, key);
  if (!member.found || !isContainer(member.value)) return undefined;
  const changed = changeContainer(member.value, rest, change);
  if (changed === undefined || changed === member.value) return changed && document;
  return key === "" ? changed : setMember(document, key, changed);
}

/** The container under `parents`, or undefined. */
export function findContainer(document: Container, parents: readonly string[]): Container | undefined {
  let container: Container = document;
  for (const segment of parents) {
    const member = memberOf(container, unescapeSegment(segment));
    if (!member.found || !isContainer(member.value)) return undefined;
    container = member.value;
  }
  return container;
}

function noIndex(key: string): string {
  return `strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`;
}

function invalidIndex(index: number): string {
  return `Unable to access invalid index: ${index}: invalid index referenced`;
}
