import { parseAnchor } from "../../pattern/anchor.ts";
import { anchoredEntries, holdsAnchor, isCondition, isMutationAnchor, removeEntry } from "./patch-node.ts";
import type { PatchList, PatchMap, PatchNode } from "./patch-node.ts";

/**
 * Takes the conditions out of a patch whose anchors are worked off, in place. What held nothing else goes as well, empty
 * objects included.
 */
export function dropAllConditions(patch: PatchMap): void {
  for (const entry of patch.entries.slice()) {
    const anchor = parseAnchor(entry.key);
    const conditional = anchor !== undefined && isCondition(anchor);
    if (dropConditions(entry.value, conditional)) removeEntry(patch, entry);
  }
}

/** The same for one node; true where nothing of it is left. A scalar is left unless it is a condition's. */
export function dropConditions(node: PatchNode, isConditionValue: boolean): boolean {
  switch (node.kind) {
    case "map":
      return dropFromMap(node);
    case "list":
      return dropFromList(node);
    case "scalar":
      return isConditionValue;
    default:
      return node satisfies never;
  }
}

function dropFromMap(map: PatchMap): boolean {
  const conditions = anchoredEntries(map, isCondition);
  for (const [entry] of conditions) {
    if (dropConditions(entry.value, true)) removeEntry(map, entry);
  }
  // A condition that also adds something is an ordinary entry from here on.
  for (const [entry, key] of anchoredEntries(map, isCondition)) entry.key = key;
  for (const entry of map.entries.slice()) {
    if (dropConditions(entry.value, false)) removeEntry(map, entry);
  }
  return map.entries.length === 0;
}

/**
 * Kyverno takes elements away by the positions that they had before any was gone, so with several the wrong ones go, and
 * containers with them. Here it is those that are meant.
 */
function dropFromList(list: PatchList): boolean {
  const before = list.items.length;
  const left = list.items.filter(
    (item) => !holdsAnchor(item, isMutationAnchor) && !dropConditions(item, false),
  );
  list.items.splice(0, before, ...left);
  return left.length === 0 && before > 0;
}
