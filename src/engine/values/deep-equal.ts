import type { Budget } from "../budget.ts";
import { floatOf, isList, isObject, own } from "./json.ts";
import type { Json, JsonObject, NumberMode } from "./json.ts";

/**
 * Go's `reflect.DeepEqual` of two values of documents with the given mode: lists in order, objects by keys, and an
 * int64 never equals a float64. Throws `BudgetExceeded`.
 */
export function deepEqual(left: Json, right: Json, mode: NumberMode, budget: Budget): boolean {
  return equalNested(left, right, mode, budget, 0);
}

function equalNested(left: Json, right: Json, mode: NumberMode, budget: Budget, depth: number): boolean {
  budget.step();
  if (isList(left)) {
    budget.enter(depth);
    return isList(right) && equalLists(left, right, mode, budget, depth);
  }
  if (isObject(left)) {
    budget.enter(depth);
    return isObject(right) && equalObjects(left, right, mode, budget, depth);
  }
  if (left === null || typeof left === "string" || typeof left === "boolean") return left === right;
  const leftFloat = floatOf(left, mode);
  const rightFloat = floatOf(right, mode);
  if (leftFloat !== undefined || rightFloat !== undefined) return leftFloat === rightFloat;
  return equalInts(left, right);
}

function equalLists(
  left: readonly Json[],
  right: readonly Json[],
  mode: NumberMode,
  budget: Budget,
  depth: number,
): boolean {
  return (
    left.length === right.length &&
    left.every((item, index) => equalNested(item, right[index] ?? null, mode, budget, depth + 1))
  );
}

function equalObjects(
  left: JsonObject,
  right: JsonObject,
  mode: NumberMode,
  budget: Budget,
  depth: number,
): boolean {
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => {
    const other = own(right, key);
    return other !== undefined && equalNested(left[key] ?? null, other, mode, budget, depth + 1);
  });
}

/** An int64 may stand as a number or, past 2^53, as a bigint. */
function equalInts(left: Json, right: Json): boolean {
  if (typeof left === typeof right) return left === right;
  return (
    (typeof left === "bigint" || typeof left === "number") &&
    (typeof right === "bigint" || typeof right === "number") &&
    BigInt(left) === BigInt(right)
  );
}
