import { fieldOf, isObject } from "../../json/json.ts";
import type { Draft } from "../../json/json.ts";

/** Sets a field that is absent. */
export function setDefault(draft: Draft, name: string, value: unknown): void {
  if (!Object.hasOwn(draft, name)) draft[name] = value;
}

/** The object in a field, to be changed; undefined where there is none. */
export function childOf(draft: Draft | undefined, name: string): Draft | undefined {
  const value = fieldOf(draft, name);
  return isObject(value) ? value : undefined;
}

/** The object in a field, made where it is absent. */
export function madeChild(draft: Draft, name: string): Draft {
  setDefault(draft, name, {});
  return childOf(draft, name) ?? {};
}

/** The objects in a list field, to be changed. */
export function childrenOf(draft: Draft | undefined, name: string): readonly Draft[] {
  const value = fieldOf(draft, name);
  return Array.isArray(value) ? value.filter((item: unknown): item is Draft => isObject(item)) : [];
}
