import type { Budget } from "../../budget.ts";
import { parseAnchor } from "../../pattern/anchor.ts";
import type { Anchor } from "../../pattern/anchor.ts";
import { compareText } from "../../values/go-format.ts";
import { isList, isObject } from "../../values/json.ts";
import type { Json } from "../../values/json.ts";
import { scalarText } from "./scalar-text.ts";

/** A patch while its anchors are worked off: a tree that changes in place. */
export type PatchNode = PatchMap | PatchList | PatchScalar;

export interface PatchMap {
  readonly kind: "map";
  readonly entries: PatchEntry[];
}

export interface PatchEntry {
  key: string;
  value: PatchNode;
}

export interface PatchList {
  readonly kind: "list";
  readonly items: PatchNode[];
}

export interface PatchScalar {
  readonly kind: "scalar";
  readonly value: Json;
}

/** The tree of a patch, with the keys of objects in order. */
export function patchNodeOf(value: Json, budget: Budget, depth = 0): PatchNode {
  budget.step();
  budget.enter(depth);
  if (isList(value))
    return { kind: "list", items: value.map((item) => patchNodeOf(item, budget, depth + 1)) };
  if (!isObject(value)) return { kind: "scalar", value };
  const entries = Object.entries(value)
    .toSorted(([left], [right]) => compareText(left, right))
    .map(([key, item]) => ({ key, value: patchNodeOf(item, budget, depth + 1) }));
  return { kind: "map", entries };
}

/** The patch that a tree stands for. */
export function patchOf(node: PatchNode): Json {
  switch (node.kind) {
    case "map":
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, patchOf(value)]));
    case "list":
      return node.items.map(patchOf);
    case "scalar":
      return node.value;
    default:
      return node satisfies never;
  }
}

/** A tree that can change without changing this one. */
export function copyNode(node: PatchNode, budget: Budget): PatchNode {
  budget.step();
  switch (node.kind) {
    case "map":
      return {
        kind: "map",
        entries: node.entries.map(({ key, value }) => ({ key, value: copyNode(value, budget) })),
      };
    case "list":
      return { kind: "list", items: node.items.map((item) => copyNode(item, budget)) };
    case "scalar":
      return node;
    default:
      return node satisfies never;
  }
}

/** Takes entries away. */
export function removeEntry(map: PatchMap, entry: PatchEntry): void {
  const at = map.entries.indexOf(entry);
  if (at >= 0) map.entries.splice(at, 1);
}

export type AnchorTest = (anchor: Anchor) => boolean;

/** `()` and `<()`: what decides whether a patch applies. */
export const isCondition: AnchorTest = ({ kind }) => kind === "conditional" || kind === "global";

/** `<()`. */
export const isGlobal: AnchorTest = ({ kind }) => kind === "global";

/** `+()`. */
export const isAddition: AnchorTest = ({ kind }) => kind === "add";

/** The anchors that mutation knows; the others are ordinary keys here. */
export const isMutationAnchor: AnchorTest = (anchor) => isCondition(anchor) || isAddition(anchor);

/** The entries of a map whose keys are anchors of a sort. */
export function anchoredEntries(
  node: PatchNode,
  test: AnchorTest,
): (readonly [entry: PatchEntry, key: string])[] {
  if (node.kind !== "map") return [];
  return node.entries.flatMap((entry) => {
    const anchor = parseAnchor(entry.key);
    return anchor !== undefined && test(anchor) ? [[entry, anchor.key] as const] : [];
  });
}

/** True where the node holds an anchor of the sort at any depth; a text that reads like a condition counts as one. */
export function holdsAnchor(node: PatchNode, test: AnchorTest): boolean {
  switch (node.kind) {
    case "map":
      return node.entries.some(({ key, value }) => {
        const anchor = parseAnchor(key);
        return (anchor !== undefined && test(anchor)) || holdsAnchor(value, test);
      });
    case "list":
      return node.items.some((item) => holdsAnchor(item, test));
    case "scalar": {
      const anchor = parseAnchor(scalarText(node.value));
      return anchor !== undefined && isCondition(anchor);
    }
    default:
      return node satisfies never;
  }
}
