import { parseDuration } from "../values/duration.ts";
import { floatOf } from "../values/json.ts";
import type { Json, NumberMode } from "../values/json.ts";

/** The two sides of a condition as nanoseconds. */
export interface DurationOperands {
  readonly key: bigint;
  readonly value: bigint;
}

/**
 * Both sides as durations where at least one is a duration text other than `"0"`; the other may be a number of seconds.
 */
export function durationOperands(key: Json, value: Json, mode: NumberMode): DurationOperands | undefined {
  const keyText = durationText(key);
  const valueText = durationText(value);
  if (keyText === undefined && valueText === undefined) return undefined;
  const keyDuration = keyText ?? secondsDuration(key, mode);
  const valueDuration = valueText ?? secondsDuration(value, mode);
  if (keyDuration === undefined || valueDuration === undefined) return undefined;
  return { key: keyDuration, value: valueDuration };
}

function durationText(operand: Json): bigint | undefined {
  return typeof operand === "string" && operand !== "0" ? parseDuration(operand) : undefined;
}

/** A number as that many seconds: the fraction is cut, and what does not fit an int64 wraps around as in Go. */
export function secondsDuration(operand: Json, mode: NumberMode): bigint | undefined {
  const number = floatOf(operand, mode) ?? operand;
  if (typeof number !== "number" && typeof number !== "bigint") return undefined;
  return BigInt.asIntN(64, int64Of(number) * 1_000_000_000n);
}

function int64Of(number: number | bigint): bigint {
  if (typeof number === "bigint") return BigInt.asIntN(64, number);
  // What a float64 outside the range of int64 becomes is up to the machine; this is what amd64 does.
  return Math.abs(number) < 2 ** 63 ? BigInt(Math.trunc(number)) : -(1n << 63n);
}

/** Seconds as a float64, the precision in which durations are compared. */
export function secondsOf(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000_000_000n) + Number(nanoseconds % 1_000_000_000n) / 1e9;
}
