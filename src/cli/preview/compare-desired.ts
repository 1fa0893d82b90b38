import { isList, isObject, objectOf, own } from "#engine/values/json.ts";
import type { Json, JsonObject } from "#engine/values/json.ts";

import { cappedValue, fieldPath } from "../explain/capped-value.ts";
import type { ChangeExplanation } from "../explain/explanation.ts";

type Keys = readonly (string | number)[];

/** Managers whose fields an apply may take away: the operator's own, and those that Kyverno writes under. */
const ourManager = /^(?:rearguard|kyverno|background-controller)/;
const maxChanges = 50;

/**
 * Where applying `desired` would change `live`: fields that differ, and fields that this family of controllers wrote and
 * that are no longer asked for. Fields of others stay, and what the API server filled in is no difference.
 */
export function compareDesired(live: JsonObject, desired: JsonObject): readonly ChangeExplanation[] {
  const changes: ChangeExplanation[] = [];
  const wanted = isSecret(desired) ? withEncodedData(desired) : desired;
  const owned = ownedFields(live);
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(live)])) {
    if (["apiVersion", "kind", "status", "metadata"].includes(key)) continue;
    compare(
      own(live, key),
      own(wanted, key),
      [key],
      owned.map((fields) => fieldOf(fields, key)),
      changes,
    );
  }
  const [before, after] = [childOf(live, "metadata"), childOf(wanted, "metadata")];
  const ownedMetadata = owned.map((fields) => fieldOf(fields, "metadata"));
  for (const key of ["labels", "annotations"]) {
    compare(
      own(before, key),
      own(after, key),
      ["metadata", key],
      ownedMetadata.map((fields) => fieldOf(fields, key)),
      changes,
    );
  }
  return changes.slice(0, maxChanges);
}

/** Changes without what Secrets hold. */
export function withoutSecrets(
  object: JsonObject,
  changes: readonly ChangeExplanation[],
): readonly ChangeExplanation[] {
  if (!isSecret(object)) return changes;
  const hidden = "(not shown)";
  return changes.map(({ path, before, after }) => {
    if (!/^(?:stringData|data)\b/.test(path)) {
      return { path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
    }
    return {
      path,
      ...(before === undefined ? {} : { before: hidden }),
      ...(after === undefined ? {} : { after: hidden }),
    };
  });
}

function compare(
  live: Json | undefined,
  desired: Json | undefined,
  keys: Keys,
  owned: readonly (JsonObject | undefined)[],
  changes: ChangeExplanation[],
): void {
  if (desired === undefined) {
    if (live !== undefined && owned.some((fields) => fields !== undefined))
      note(changes, keys, live, desired);
    return;
  }
  if (isObject(live) && isObject(desired)) {
    for (const key of new Set([...Object.keys(desired), ...Object.keys(live)])) {
      const below = owned.map((fields) => fieldOf(fields, key));
      compare(own(live, key), own(desired, key), [...keys, key], below, changes);
    }
    return;
  }
  if (isList(live) && isList(desired) && live.length === desired.length) {
    for (const [index, item] of desired.entries()) compare(live[index], item, [...keys, index], [], changes);
    return;
  }
  if (!isSame(live, desired)) note(changes, keys, live, desired);
}

function note(
  changes: ChangeExplanation[],
  keys: Keys,
  before: Json | undefined,
  after: Json | undefined,
): void {
  changes.push({
    path: fieldPath(keys),
    ...(before === undefined ? {} : { before: cappedValue(before) }),
    ...(after === undefined ? {} : { after: cappedValue(after) }),
  });
}

/** Numbers of several kinds may be one number; an empty map or list is as good as none. */
function isSame(live: Json | undefined, desired: Json): boolean {
  if (live === undefined) {
    return (
      desired === null || (isObject(desired) && Object.keys(desired).length === 0) || isEmptyList(desired)
    );
  }
  return JSON.stringify(cappedNumbers(live)) === JSON.stringify(cappedNumbers(desired));
}

function isEmptyList(value: Json): boolean {
  return isList(value) && value.length === 0;
}

function cappedNumbers(value: Json): Json {
  return typeof value === "bigint" ? value.toString() : value;
}

/** The fields of our managers, one tree for each of their entries. */
function ownedFields(live: JsonObject): readonly (JsonObject | undefined)[] {
  const entries = own(childOf(live, "metadata"), "managedFields");
  return (isList(entries) ? entries : []).flatMap((entry) => {
    if (!isObject(entry)) return [];
    const manager = own(entry, "manager");
    const fields = own(entry, "fieldsV1");
    return typeof manager === "string" && ourManager.test(manager) && isObject(fields) ? [fields] : [];
  });
}

function fieldOf(fields: JsonObject | undefined, key: string): JsonObject | undefined {
  const field = fields === undefined ? undefined : own(fields, `f:${key}`);
  return isObject(field) ? field : undefined;
}

function childOf(object: JsonObject, key: string): JsonObject {
  const value = own(object, key);
  return isObject(value) ? value : {};
}

function isSecret(object: JsonObject): boolean {
  return own(object, "apiVersion") === "v1" && own(object, "kind") === "Secret";
}

/** The API server keeps the texts of `stringData` as `data`. */
function withEncodedData(object: JsonObject): JsonObject {
  const texts = Object.entries(childOf(object, "stringData")).flatMap(([key, value]) =>
    typeof value === "string" ? [[key, Buffer.from(value).toString("base64")] as const] : [],
  );
  if (texts.length === 0) return object;
  const others = Object.entries(object).filter(([key]) => key !== "stringData" && key !== "data");
  return objectOf([...others, ["data", objectOf([...Object.entries(childOf(object, "data")), ...texts])]]);
}
