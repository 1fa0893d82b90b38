import { badRequest } from "../errors/api-failure.ts";
import { copyJson, equalJson, isObject, setField } from "../json/json.ts";
import type { Draft, JsonObject } from "../json/json.ts";
import { fieldSchema } from "../schema/type-schema.ts";
import type { TypeSchema } from "../schema/type-schema.ts";

const directive = "$patch";
const retainKeys = "$retainKeys";
const deletePrefix = "$deleteFromPrimitiveList/";
const orderPrefix = "$setElementOrder/";

/**
 * Applies a strategic merge patch: as a merge patch, but lists whose type names a merge key are merged item by item, and
 * directives delete, replace and order.
 */
export function applyStrategicMergePatch(
  target: JsonObject,
  patch: JsonObject,
  schema: TypeSchema | undefined,
): JsonObject {
  return mergeObject(target, patch, schema) ?? {};
}

function mergeObject(
  target: JsonObject,
  patch: JsonObject,
  schema: TypeSchema | undefined,
): JsonObject | undefined {
  const { [directive]: action, [retainKeys]: retained, ...fields } = patch;
  if (action === "replace") return withoutDirectives(fields) as JsonObject;
  if (action === "delete") return undefined;
  if (action !== undefined && action !== "merge")
    throw badRequest(`Unknown patch type found: ${JSON.stringify(action)}`);
  let result: Draft = { ...target };
  if (Array.isArray(retained)) {
    result = Object.fromEntries(Object.entries(result).filter(([name]) => retained.includes(name)));
  }
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith(deletePrefix)) {
      const field = name.slice(deletePrefix.length);
      const gone = Array.isArray(value) ? (value as readonly unknown[]) : [];
      const list = result[field];
      if (Array.isArray(list))
        result[field] = list.filter((item) => !gone.some((one) => equalJson(one, item)));
    } else if (!name.startsWith(orderPrefix)) {
      mergeField(result, name, value, fieldSchema(schema, name));
    }
  }
  for (const [name, order] of Object.entries(fields)) {
    if (name.startsWith(orderPrefix)) setOrder(result, name.slice(orderPrefix.length), order, schema);
  }
  return result;
}

function mergeField(result: Draft, name: string, value: unknown, schema: TypeSchema | undefined): void {
  if (value === null) {
    delete result[name];
    return;
  }
  const before = Object.hasOwn(result, name) ? result[name] : undefined;
  if (isObject(value)) {
    const isReplaced = schema?.patchStrategy?.includes("replace") === true;
    const merged = mergeObject(isObject(before) && !isReplaced ? before : {}, value, schema);
    if (merged === undefined) delete result[name];
    else setField(result, name, merged);
  } else if (Array.isArray(value) && schema?.patchStrategy?.includes("merge") === true) {
    setField(result, name, mergeList(Array.isArray(before) ? before : [], value, schema));
  } else {
    setField(result, name, withoutDirectives(value));
  }
}

function mergeList(
  before: readonly unknown[],
  patch: readonly unknown[],
  schema: TypeSchema,
): readonly unknown[] {
  if (
    patch.some((item) => isObject(item) && item[directive] === "replace" && Object.keys(item).length === 1)
  ) {
    return patch.filter((item) => !(isObject(item) && Object.hasOwn(item, directive))).map(withoutDirectives);
  }
  const key = schema.patchMergeKey;
  if (key === undefined) {
    return patch.reduce<readonly unknown[]>(
      (list, item) => (list.some((one) => equalJson(one, item)) ? list : [...list, copyJson(item)]),
      before,
    );
  }
  let result = [...before];
  for (const item of patch) {
    if (!isObject(item)) throw badRequest(`an item of a list that is merged by ${key} is no object`);
    const value = item[key];
    if (value === undefined)
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    const index = result.findIndex((one) => isObject(one) && equalJson(one[key], value));
    const old = result[index];
    const merged = mergeObject(isObject(old) ? old : {}, item, schema.items);
    if (merged === undefined) result = result.filter((one) => !(isObject(one) && equalJson(one[key], value)));
    else if (index < 0) result.push(merged);
    else result[index] = merged;
  }
  return result;
}

/** Brings the items that the order names into its order; others stay behind what they followed. */
function setOrder(result: Draft, name: string, order: unknown, schema: TypeSchema | undefined): void {
  const list = result[name];
  if (!Array.isArray(list) || !Array.isArray(order)) return;
  const key = fieldSchema(schema, name)?.patchMergeKey;
  const idOf = (item: unknown): string =>
    JSON.stringify(key !== undefined && isObject(item) ? item[key] : item);
  const places = new Map((order as readonly unknown[]).map((item, i) => [idOf(item), i]));
  const ordered = list.filter((item) => places.has(idOf(item)));
  ordered.sort((a, b) => (places.get(idOf(a)) ?? 0) - (places.get(idOf(b)) ?? 0));
  let next = 0;
  const others = list.filter((item) => !places.has(idOf(item)));
  // Items that only the server knows keep their place relative to those before them.
  const merged: unknown[] = [];
  for (const item of list) {
    if (places.has(idOf(item))) {
      merged.push(ordered[next]);
      next += 1;
    } else if (others.includes(item)) merged.push(item);
  }
  result[name] = merged;
}

function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives);
  if (!isObject(value)) return value;
  const result: Draft = {};
  for (const [name, child] of Object.entries(value)) {
    if (child === null || name === directive || name === retainKeys) continue;
    if (name.startsWith(deletePrefix) || name.startsWith(orderPrefix)) continue;
    setField(result, name, withoutDirectives(child));
  }
  return result;
}
