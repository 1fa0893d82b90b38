import { generateManager, isTakenOver } from "./downstream.ts";
import type { ManagedEntry } from "./downstream.ts";

type FieldSet = { readonly [field: string]: FieldSet };

/**
 * A JSON patch that hands the fields of Kyverno's managers (and of our own plain writes) to our server-side apply, so that
 * what the next apply leaves out goes. Undefined where there is nothing to take over. It only holds for this version.
 */
export function planTakeOver(
  entries: readonly ManagedEntry[],
  resourceVersion: string,
  apiVersion: string,
): readonly object[] | undefined {
  const taken = entries.filter(isTakenOver);
  if (taken.length === 0) return undefined;
  const isOurApply = (entry: ManagedEntry): boolean =>
    entry.manager === generateManager && entry.operation === "Apply" && (entry.subresource ?? "") === "";
  const own = entries.find(isOurApply);
  const fields = [...taken, ...(own === undefined ? [] : [own])].reduce<FieldSet>(
    (all, { fieldsV1 }) => unionOf(all, (fieldsV1 ?? {}) as FieldSet),
    {},
  );
  const times = taken.flatMap(({ time }) => (time === undefined ? [] : [time])).toSorted();
  const entry = {
    apiVersion,
    ...own,
    manager: generateManager,
    operation: "Apply",
    fieldsType: "FieldsV1",
    time: own?.time ?? times.at(-1),
    fieldsV1: fields,
  };
  const kept = entries.filter((one) => !isTakenOver(one) && !isOurApply(one));
  return [
    { op: "test", path: "/metadata/resourceVersion", value: resourceVersion },
    { op: "replace", path: "/metadata/managedFields", value: [...kept, entry] },
  ];
}

/** Deeper than any set of fields that the API server makes. */
const maxDepth = 64;

function unionOf(a: FieldSet, b: FieldSet, depth = 0): FieldSet {
  if (depth > maxDepth) return a;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries(
    [...keys].map((key) => {
      const [left, right] = [ownSet(a, key), ownSet(b, key)];
      if (left === undefined || right === undefined) return [key, left ?? right ?? {}];
      return [key, unionOf(left, right, depth + 1)];
    }),
  );
}

function ownSet(set: FieldSet, key: string): FieldSet | undefined {
  return Object.hasOwn(set, key) ? set[key] : undefined;
}
