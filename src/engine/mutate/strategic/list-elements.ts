import { isList, isObject, own } from "../../values/json.ts";
import type { Json } from "../../values/json.ts";
import { wrongKind } from "./node-kind.ts";
import { isEmptyObject, scalarText } from "./scalar-text.ts";

/**
 * Puts `element` in the place of those whose `keys` have these `values`, or at the end where there are none; undefined
 * takes them away. Nulls and empty objects of the list go. Throws a `PatchError` for elements of another kind.
 */
export function setElement(
  list: readonly Json[],
  keys: readonly string[],
  values: readonly string[],
  element: Json | undefined,
): readonly Json[] {
  const result: Json[] = [];
  const ofObjects = keys[0] !== "" && values[0] !== undefined && values[0] !== "";
  let found = false;
  for (const item of list) {
    if (item === null || isEmptyObject(item)) continue;
    if (ofObjects && !isObject(item)) {
      result.push(item);
    } else if (!isNamed(item, keys, values)) {
      if (values.length > 0) result.push(item);
    } else {
      found = true;
      if (element !== undefined) result.push(element);
    }
  }
  if (element !== undefined && element !== null && !found) result.push(element);
  return result;
}

/** Keys beyond the values given do not count. */
function isNamed(item: Json, keys: readonly string[], values: readonly string[]): boolean {
  if (values.length === 0) return false;
  return keys.slice(0, values.length).every((key, index) => {
    const value = values[index] ?? "";
    if (key === "") {
      if (isObject(item) || isList(item)) throw wrongKind("ScalarNode", item);
      return scalarText(item) === value;
    }
    if (!isObject(item)) throw wrongKind("MappingNode", item);
    const actual = own(item, key);
    return actual !== undefined && (value === "" || scalarText(actual) === value);
  });
}
