import type { CelValue } from "../values/cel-value.ts";
import { isListValue } from "../values/cel-value.ts";
import { isMapValue, mapSize } from "../values/map-access.ts";
import { Bytes } from "../values/objects.ts";

const traversalFactor = 0.1;
const regexFactor = 0.25;

/** The size that costs are counted by: of texts, bytes and collections; 1 for all else. */
function actualSize(value: CelValue): number {
  if (typeof value === "string") return value.length;
  if (isListValue(value)) return value.length;
  if (value instanceof Bytes) return value.value.length;
  return isMapValue(value) ? mapSize(value) : 1;
}

/** The cost of reading a value once. */
export function traversalCost(value: CelValue): number {
  return Math.ceil(actualSize(value) * traversalFactor);
}

/** The cost of comparing two values. */
export function comparisonCost(left: CelValue, right: CelValue): number {
  if (typeof left === "number" || typeof left === "boolean" || left === null) return 1;
  return Math.ceil(Math.min(actualSize(left), actualSize(right)) * traversalFactor);
}

/** The cost of searching a text for another. */
export function searchCost(text: string, part: string): number {
  return traversalCost(text) * traversalCost(part);
}

/** The cost of matching a text against a regular expression. */
export function matchCost(text: string, pattern: string): number {
  return Math.ceil((1 + text.length) * traversalFactor) * Math.ceil(pattern.length * regexFactor);
}
