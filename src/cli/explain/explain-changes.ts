import { isList, isObject, own } from "#engine/values/json.ts";
import type { Json, JsonObject } from "#engine/values/json.ts";

import { cappedValue, fieldPath } from "./capped-value.ts";
import type { ChangeExplanation } from "./explanation.ts";

const maxChanges = 50;

/** Where two versions of an object differ, the first places of many. */
export function explainChanges(before: JsonObject, after: JsonObject): readonly ChangeExplanation[] {
  const changes: ChangeExplanation[] = [];
  compare(before, after, [], changes);
  return changes;
}

function compare(
  before: Json | undefined,
  after: Json | undefined,
  keys: readonly (string | number)[],
  changes: ChangeExplanation[],
): void {
  if (before === after || changes.length >= maxChanges) return;
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(own(before, key), own(after, key), [...keys, key], changes);
    }
    return;
  }
  if (isList(before) && isList(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
      compare(before[index], after[index], [...keys, index], changes);
    }
    return;
  }
  changes.push({
    path: fieldPath(keys),
    ...(before === undefined ? {} : { before: cappedValue(before) }),
    ...(after === undefined ? {} : { after: cappedValue(after) }),
  });
}
