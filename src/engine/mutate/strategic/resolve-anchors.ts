import type { Budget } from "../../budget.ts";
import { parseAnchor } from "../../pattern/anchor.ts";
import { compilePattern, matchPattern } from "../../pattern/match-pattern.ts";
import { isList, isObject, own } from "../../values/json.ts";
import type { Json } from "../../values/json.ts";
import { dropConditions } from "./drop-conditions.ts";
import { wrongKind } from "./node-kind.ts";
import {
  anchoredEntries,
  copyNode,
  holdsAnchor,
  isAddition,
  isGlobal,
  isMutationAnchor,
  patchOf,
  removeEntry,
} from "./patch-node.ts";
import type { AnchorTest, PatchList, PatchMap, PatchNode } from "./patch-node.ts";
import { isEmptyCollection, scalarText } from "./scalar-text.ts";

/** Whether the conditions of a node hold; where they do not, whose condition it was. */
type Held = "held" | "condition" | "global";

/**
 * Works off the anchors of a patch against the object that it is for, in place, as Kyverno's preprocessing does: `+()` is
 * dropped where the key exists, and conditions in lists become one named element per element that meets them. False where
 * a condition outside of lists, or a `<()`, does not hold: nothing of the patch applies then. The conditions themselves
 * stay; `dropConditions` takes them away. Throws `PatchError` and `BudgetExceeded`.
 */
export function resolveAnchors(patch: PatchNode, object: Json, budget: Budget): boolean {
  return resolveNode(patch, object, budget) === "held";
}

function resolveNode(patch: PatchNode, value: Json | undefined, budget: Budget): Held {
  budget.step();
  if (patch.kind === "map") return resolveMap(patch, value, budget);
  if (patch.kind === "list" && patch.items[0]?.kind === "map") return resolveList(patch, value, budget);
  return "held";
}

function resolveMap(patch: PatchMap, value: Json | undefined, budget: Budget): Held {
  settleAdditions(patch, value);
  if (!conditionsHold(patch, value, isGlobal, budget)) return "global";
  if (!conditionsHold(patch, value, ({ kind }) => kind === "conditional", budget)) return "condition";
  for (const { key, value: child } of patch.entries.slice()) {
    const anchor = parseAnchor(key);
    if (anchor !== undefined && isMutationAnchor(anchor)) continue;
    const held = resolveNode(child, fieldOf(value, key), budget);
    if (held !== "held") return held;
  }
  return "held";
}

function fieldOf(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) ? own(value, key) : undefined;
}

/** `+(key)` goes where the object has the key, even as null, and becomes `key` elsewhere. Tells how many there were. */
function settleAdditions(patch: PatchNode, value: Json | undefined): number {
  const additions = anchoredEntries(patch, isAddition);
  for (const [entry, key] of additions) {
    if (patch.kind === "map" && fieldOf(value, key) !== undefined) removeEntry(patch, entry);
    else entry.key = key;
  }
  return additions.length;
}

function conditionsHold(patch: PatchMap, value: Json | undefined, test: AnchorTest, budget: Budget): boolean {
  return anchoredEntries(patch, test).every(([entry, key]) => {
    const actual = fieldOf(value, key);
    if (actual === undefined) return false;
    return settleAdditions(entry.value, actual) > 0 || satisfies(actual, entry.value, budget);
  });
}

/** Conditions are patterns over the texts of scalars; numbers inside of lists and objects are float64. */
function satisfies(actual: Json, condition: PatchNode, budget: Budget): boolean {
  const pattern = condition.kind === "scalar" ? scalarText(condition.value) : patchOf(condition);
  const resource = isObject(actual) || isList(actual) ? actual : scalarText(actual);
  const compiled = compilePattern(pattern, { numbers: "float64" });
  return matchPattern(compiled, resource, { numbers: "float64", budget }).kind === "pass";
}

/** Kyverno's handling of a list of objects: each element of the patch that has anchors is tried on each element. */
function resolveList(patch: PatchList, value: Json | undefined, budget: Budget): Held {
  if (value !== undefined && value !== null && !isList(value)) throw wrongKind("SequenceNode", value);
  const elements = isList(value) ? value : [];
  for (const item of patch.items.slice()) {
    if (!holdsAnchor(item, isMutationAnchor)) continue;
    const global = holdsAnchor(item, isGlobal);
    // One copy for all elements: what `+()` became for one of them, it is for those after it.
    const attempt = copyNode(item, budget);
    let globalHeld = false;
    let globalFailed = false;
    const isMet = (element: Json | undefined): boolean => {
      const held = resolveNode(attempt, element, budget);
      if (held === "held") globalHeld ||= global;
      else if (held === "global") globalFailed = true;
      return held === "held";
    };
    for (const element of elements) {
      if (isMet(element) && !global) addNamed(patch, attempt, element, budget);
    }
    if (value === undefined) isMet(undefined);
    if (globalFailed && !globalHeld) return "global";
  }
  return "held";
}

/** Adds what is left of a patch element without its conditions, under the name of the element that met them. */
function addNamed(patch: PatchList, attempt: PatchNode, element: Json, budget: Budget): void {
  const name = fieldOf(element, "name");
  if (name === undefined || name === null || isEmptyCollection(name)) return;
  const named = copyNode(attempt, budget);
  if (dropConditions(named, true)) return;
  if (named.kind !== "map") return;
  const existing = named.entries.find(({ key }) => key === "name");
  const node: PatchNode = { kind: "scalar", value: name };
  if (existing === undefined) named.entries.push({ key: "name", value: node });
  else existing.value = node;
  patch.items.push(named);
}
