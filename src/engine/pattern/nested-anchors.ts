import { BudgetExceeded, defaultBudgetLimits } from "../budget.ts";
import { isList, isObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import { isValidationAnchor } from "./anchor.ts";

/** Throws `BudgetExceeded` for a pattern that is nested too deeply to be compiled. */
export function checkPatternDepth(depth: number): void {
  if (depth > defaultBudgetLimits.maxDepth) {
    throw new BudgetExceeded(
      `a pattern may not be nested deeper than ${defaultBudgetLimits.maxDepth} levels`,
    );
  }
}

/** A memo of which patterns have anchors at any depth: every level of a pattern is asked. */
export function nestedAnchors(): (pattern: Json, depth: number) => boolean {
  const known = new WeakMap<object, boolean>();
  const find = (pattern: Json, depth: number): boolean => {
    if (!isList(pattern) && !isObject(pattern)) return false;
    checkPatternDepth(depth);
    const answer = known.get(pattern);
    if (answer !== undefined) return answer;
    const found = isList(pattern)
      ? pattern.some((item) => find(item, depth + 1))
      : Object.entries(pattern).some(([key, value]) => isValidationAnchor(key) || find(value, depth + 1));
    known.set(pattern, found);
    return found;
  };
  return find;
}
