import type { Budget } from "../budget.ts";
import type { Json } from "../values/json.ts";
import { elementKeyOf } from "./element-key.ts";
import type { ListType } from "./object-type.ts";

/** Merges an element of the patch with the one that has its key, where there is one. */
export type MergeElements = (before: Json | undefined, patch: Json) => Json;

/**
 * Merges two lists whose elements have keys. The order is that of structured merge: elements of the patch stand in the
 * patch's order, the others stay where they are between them. An element that the list has several times is replaced by
 * the patch's, once.
 */
export function mergeLists(
  left: readonly Json[],
  right: readonly Json[],
  list: ListType,
  merge: MergeElements,
  budget: Budget,
): readonly Json[] {
  const before = indexOf(left, list);
  const patch = indexOf(right, list);
  const merged: Json[] = [];
  const done = new Set<string>();
  const shared = patch.keys.filter((key) => before.elements.has(key));
  let nextShared = 0;
  let at = 0;
  let from = 0;
  const takePatched = (key: string): void => {
    done.add(key);
    merged.push(merge(before.elements.get(key), patch.elements.get(key) ?? null));
    from += 1;
  };
  while (at < left.length || from < right.length) {
    budget.step();
    const old = before.keys[at];
    const next = patch.keys[from];
    if (old !== undefined && next !== undefined) {
      if (old === next) {
        takePatched(next);
        at += 1;
        nextShared += 1;
        continue;
      }
      const isMoved = patch.elements.has(old) && nextShared < shared.length && shared[nextShared] !== old;
      if (isMoved) {
        at += 1;
        continue;
      }
    }
    if (old !== undefined) {
      if (!patch.elements.has(old)) {
        merged.push(left[at] ?? null);
        at += 1;
        continue;
      }
      if (done.has(old)) at += 1;
    }
    if (next !== undefined) {
      takePatched(next);
      if (shared[nextShared] === next) nextShared += 1;
    }
  }
  return merged;
}

interface IndexedList {
  readonly keys: readonly string[];
  /** By key; null for one that comes up several times. */
  readonly elements: ReadonlyMap<string, Json>;
}

function indexOf(elements: readonly Json[], list: ListType): IndexedList {
  const byKey = new Map<string, Json>();
  const keys = elements.map((element) => {
    const key = elementKeyOf(list, element);
    const identity = key.kind === "key" ? key.identity : "";
    byKey.set(identity, byKey.has(identity) ? null : element);
    return identity;
  });
  return { keys, elements: byKey };
}
