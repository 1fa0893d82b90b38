import { Float } from "../../values/json.ts";
import { CelError } from "./cel-error.ts";
import { CelObject, Uint } from "./cel-value.ts";
import type { CelValue } from "./cel-value.ts";

const maxInt64 = (1n << 63n) - 1n;
const minInt64 = -(1n << 63n);
const maxUint64 = (1n << 64n) - 1n;

/** True for an int. */
export function isIntValue(value: CelValue): value is number | bigint {
  return typeof value === "number" ? Number.isInteger(value) : typeof value === "bigint";
}

/** True for a double. */
export function isDoubleValue(value: CelValue): value is number | Float {
  return typeof value === "number" ? !Number.isInteger(value) : value instanceof Float;
}

/** An int from an exact value. Throws a `CelError` where it needs more than 64 bits. */
export function intOf(value: bigint): number | bigint {
  if (value > maxInt64 || value < minInt64) throw new CelError("integer overflow");
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** An unsigned int from an exact value. Throws a `CelError` where it needs more than 64 bits. */
export function uintOf(value: bigint): Uint {
  if (value < 0n || value > maxUint64) throw new CelError("unsigned integer overflow");
  return new Uint(value);
}

/** A double. */
export function doubleOf(value: number): number | Float {
  return Number.isInteger(value) ? new Float(value) : value;
}

/** The number of a double. */
export function doubleNumber(value: number | Float): number {
  return typeof value === "number" ? value : value.value;
}

/** A numeric value as one that JavaScript compares exactly, whatever the types; undefined for all else. */
export function numericOf(value: CelValue): number | bigint | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (value instanceof Float) return value.value;
  return value instanceof CelObject && value instanceof Uint ? value.value : undefined;
}
