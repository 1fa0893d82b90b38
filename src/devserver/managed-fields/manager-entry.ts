import { isObject, listAt, textAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import { decodeFieldSet, encodeFieldSet, isEmptySet } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";

/** One manager of fields, as an entry of `metadata.managedFields` tells. */
export interface ManagerEntry {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string;
  readonly fields: FieldSet;
}

/** Who a request acts as. */
export type Actor = Omit<ManagerEntry, "fields">;

/** True for entries of the same manager: an applier is the same whatever its version. */
export function isSameManager(left: Actor, right: Actor): boolean {
  return (
    left.manager === right.manager &&
    left.operation === right.operation &&
    left.subresource === right.subresource &&
    (left.operation === "Apply" || left.apiVersion === right.apiVersion)
  );
}

export function decodeManagers(object: JsonObject): readonly ManagerEntry[] {
  return listAt(object, "metadata", "managedFields")
    .filter(isObject)
    .map((entry) => ({
      manager: textAt(entry, "manager"),
      operation: textAt(entry, "operation") === "Apply" ? "Apply" : "Update",
      apiVersion: textAt(entry, "apiVersion"),
      subresource: textAt(entry, "subresource"),
      time: textAt(entry, "time"),
      fields: decodeFieldSet(entry["fieldsV1"]),
    }));
}

/** The entries as they are stored, appliers first, then by time. Empty ones are left out. */
export function encodeManagers(managers: readonly ManagerEntry[]): readonly JsonObject[] {
  const order = (entry: ManagerEntry): string =>
    [entry.operation, entry.time, entry.manager, entry.apiVersion, entry.subresource].join("\0");
  return managers
    .filter(({ fields }) => !isEmptySet(fields))
    .toSorted((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0))
    .map(({ manager, operation, apiVersion, time, fields, subresource }) => ({
      ...(manager === "" ? {} : { manager }),
      operation,
      apiVersion,
      time,
      fieldsType: "FieldsV1",
      fieldsV1: encodeFieldSet(fields),
      ...(subresource === "" ? {} : { subresource }),
    }));
}
