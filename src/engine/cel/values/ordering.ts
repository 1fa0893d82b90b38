import { compareText } from "../../values/go-format.ts";
import type { CelValue } from "./cel-value.ts";
import { isDoubleValue, numericOf } from "./numbers.ts";
import { Bytes, compareBytes, Duration, Timestamp } from "./objects.ts";

/**
 * Negative, zero or positive as `left` is less than, equal to or greater than `right`; NaN where either is NaN, undefined
 * where the two have no order.
 */
export function compareValues(left: CelValue, right: CelValue): number | undefined {
  if (typeof left === "string") return typeof right === "string" ? compareText(left, right) : undefined;
  const number = numericOf(left);
  if (number !== undefined) {
    const other = numericOf(right);
    if (other === undefined) return undefined;
    // Beside a double an int is ordered as the double nearest to it.
    return isDoubleValue(left) !== isDoubleValue(right) && inInt64(number) && inInt64(other)
      ? compareNumbers(Number(number), Number(other))
      : compareNumbers(number, other);
  }
  if (typeof left === "boolean") {
    return typeof right === "boolean" ? Number(left) - Number(right) : undefined;
  }
  if (left instanceof Timestamp && right instanceof Timestamp) {
    return compareNumbers(left.nanoseconds, right.nanoseconds);
  }
  if (left instanceof Duration && right instanceof Duration) {
    return compareNumbers(left.nanoseconds, right.nanoseconds);
  }
  if (left instanceof Bytes && right instanceof Bytes) return compareBytes(left.value, right.value);
  return undefined;
}

function inInt64(value: number | bigint): boolean {
  return value >= -(2 ** 63) && value <= 2 ** 63;
}

function compareNumbers(left: number | bigint, right: number | bigint): number {
  if (left < right) return -1;
  if (left > right) return 1;
  // oxlint-disable-next-line eqeqeq -- only == compares a bigint with a number
  return left == right ? 0 : Number.NaN;
}
