import type { Budget } from "../budget.ts";
import { isList, isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { mergeLists } from "./merge-lists.ts";
import { fieldTypeOf } from "./object-type.ts";
import type { MapType, ObjectType } from "./object-type.ts";

/**
 * Merges a patch into a value of the same type, both checked against it: structs and maps field by field, keyed lists
 * element by element, everything else is replaced. A null takes the place of a scalar, of an empty value or of one that is
 * missing; a list or map that holds something stays as it is. Parts that the patch does not name are the same values as
 * before. Throws `BudgetExceeded`.
 */
export function mergeValues(left: Json | undefined, right: Json, type: ObjectType, budget: Budget): Json {
  budget.step();
  const { map, list } = type;
  if (map !== undefined && isObject(right)) {
    return map.atomic ? right : mergeMaps(isObject(left) ? left : {}, right, map, budget);
  }
  if (list !== undefined && isList(right)) {
    if (list.relation === "atomic") return right;
    const before = isList(left) ? left : [];
    if (before.length === 0 && right.length === 0) return right;
    const merge = (old: Json | undefined, patch: Json): Json =>
      mergeValues(old, patch, list.element(), budget);
    return mergeLists(before, right, list, merge, budget);
  }
  if (right === null && left !== undefined && keepsContent(left, type)) return left;
  return right;
}

function keepsContent(left: Json, { map, list }: ObjectType): boolean {
  if (isObject(left)) return map !== undefined && !map.atomic && Object.keys(left).length > 0;
  return (
    isList(left) && map === undefined && list !== undefined && list.relation !== "atomic" && left.length > 0
  );
}

function mergeMaps(left: JsonObject, right: JsonObject, map: MapType, budget: Budget): JsonObject {
  const changed = new Map<string, Json>();
  for (const [field, patch] of Object.entries(right)) {
    const type = fieldTypeOf(map, field);
    if (type === undefined) continue;
    const before = own(left, field);
    const after = mergeValues(before, patch, type(), budget);
    if (after !== before) changed.set(field, after);
  }
  if (changed.size === 0) return left;
  return Object.fromEntries<Json>([...Object.entries(left), ...changed]);
}
