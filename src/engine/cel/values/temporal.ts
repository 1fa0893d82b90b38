import { CelError } from "./cel-error.ts";
import { Duration, Timestamp } from "./objects.ts";

const maxDuration = (1n << 63n) - 1n;
const minTimestamp = -62_135_596_800n * 1_000_000_000n;
const maxTimestamp = 253_402_300_800n * 1_000_000_000n - 1n;

/** A duration. Throws a `CelError` past the 64 bits that Go keeps it in. */
export function durationOf(nanoseconds: bigint): Duration {
  if (nanoseconds > maxDuration || nanoseconds < -maxDuration - 1n)
    throw new CelError("duration out of range");
  return new Duration(nanoseconds);
}

/** A timestamp. Throws a `CelError` outside the years 1 to 9999. */
export function timestampOf(nanoseconds: bigint): Timestamp {
  if (nanoseconds < minTimestamp || nanoseconds > maxTimestamp) throw new CelError("timestamp overflow");
  return new Timestamp(nanoseconds);
}
