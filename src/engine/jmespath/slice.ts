import { QueryError } from "../errors.ts";
import { isList } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import type { SliceParts } from "./ast.ts";
import type { Evaluate } from "./outcome.ts";

/** `[start:stop:step]` of a list; null for everything else, strings included. */
export function compileSlice([start, stop, step = 1]: SliceParts): Evaluate {
  return (node, environment) => {
    environment.budget.step();
    if (!isList(node)) return null;
    if (step === 0) throw new QueryError("failed", "Invalid slice, step cannot be 0");
    const first = bound(start, node.length, step, step < 0 ? node.length - 1 : 0);
    const last = bound(stop, node.length, step, step < 0 ? -1 : node.length);
    const sliced: Json[] = [];
    for (let at = first; step < 0 ? at > last : at < last; at += step) sliced.push(node[at] ?? null);
    environment.budget.step(sliced.length);
    return sliced;
  };
}

/** A start or stop moved into the list; negative ones count from its end. */
function bound(value: number | undefined, length: number, step: number, otherwise: number): number {
  if (value === undefined) return otherwise;
  const lowest = step < 0 ? -1 : 0;
  const highest = step < 0 ? length - 1 : length;
  return Math.min(Math.max(value < 0 ? value + length : value, lowest), highest);
}
