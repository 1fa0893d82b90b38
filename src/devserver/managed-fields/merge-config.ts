import { copyJson, isObject, setField } from "../json/json.ts";
import type { Draft } from "../json/json.ts";
import { fieldSchema } from "../schema/type-schema.ts";
import type { TypeSchema } from "../schema/type-schema.ts";
import { itemElement, ownershipOf } from "./path-element.ts";

/** The live object with everything that the configuration sets. Lists of items keep the order of the configuration. */
export function mergeConfig(live: unknown, config: unknown, schema: TypeSchema | undefined): unknown {
  const ownership = ownershipOf(config, schema);
  if (live === undefined || ownership === "leaf" || ownershipOf(live, schema) !== ownership)
    return copyJson(config);
  return ownership === "fields" ? mergeFields(live, config, schema) : mergeItems(live, config, schema);
}

function mergeFields(live: unknown, config: unknown, schema: TypeSchema | undefined): Draft {
  const result: Draft = isObject(live) ? { ...live } : {};
  for (const [name, value] of isObject(config) ? Object.entries(config) : []) {
    const before = Object.hasOwn(result, name) ? result[name] : undefined;
    setField(result, name, mergeConfig(before, value, fieldSchema(schema, name)));
  }
  return result;
}

/**
 * Items of both: each stands where the configuration has it; items of the live list alone stay behind the item that they
 * followed.
 */
function mergeItems(live: unknown, config: unknown, schema: TypeSchema | undefined): readonly unknown[] {
  const elementOf = (item: unknown): string | undefined =>
    schema === undefined ? undefined : itemElement(item, schema);
  const liveItems = Array.isArray(live) ? (live as readonly unknown[]) : [];
  const configItems = Array.isArray(config) ? (config as readonly unknown[]) : [];
  const liveByElement = new Map(liveItems.map((item) => [elementOf(item), item]));
  const configElements = new Set(configItems.map(elementOf));
  const merged: unknown[] = [];
  let next = 0;
  const takeLiveOnly = (until: string | undefined): void => {
    for (; next < liveItems.length; next += 1) {
      const element = elementOf(liveItems[next]);
      if (element === until) break;
      if (configElements.has(element)) break;
      merged.push(liveItems[next]);
    }
  };
  for (const item of configItems) {
    const element = elementOf(item);
    takeLiveOnly(element);
    if (elementOf(liveItems[next]) === element) next += 1;
    merged.push(mergeConfig(liveByElement.get(element), item, schema?.items));
  }
  for (; next < liveItems.length; next += 1) {
    if (!configElements.has(elementOf(liveItems[next]))) merged.push(liveItems[next]);
  }
  return merged;
}
