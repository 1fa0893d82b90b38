import { formatRfc3339 } from "../../jmespath/civil-time.ts";
import type { Instant } from "../../jmespath/civil-time.ts";
import { utf8Bytes, utf8Text } from "../../jmespath/utf8.ts";
import { formatFloat } from "../../values/go-format.ts";
import { CelError, noSuchOverload } from "../values/cel-error.ts";
import { Uint } from "../values/cel-value.ts";
import type { CelValue } from "../values/cel-value.ts";
import { doubleNumber, isDoubleValue } from "../values/numbers.ts";
import { compareBytes, Duration, Timestamp } from "../values/objects.ts";

const nanosecondsPerSecond = 1_000_000_000n;

/** The text that `string()` gives. */
export function scalarText(value: CelValue): string {
  if (typeof value === "string") return value;
  if (isDoubleValue(value)) return formatFloat(doubleNumber(value));
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return String(value);
  if (value instanceof Uint) return value.value.toString();
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  throw noSuchOverload("string");
}

/** Seconds with a fraction, `90.5s`, computed in floating point as Go does. */
export function durationText({ nanoseconds }: Duration): string {
  const whole = nanoseconds / nanosecondsPerSecond;
  const seconds = Number(whole) + Number(nanoseconds - whole * nanosecondsPerSecond) / 1e9;
  return `${plainFloat(seconds)}s`;
}

/** A float without an exponent and with the shortest digits. */
export function plainFloat(value: number): string {
  const text = String(value);
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return Object.is(value, -0) ? "-0" : text;
  const [, sign = "", whole = "", fraction = "", power = "0"] = match;
  const exponent = Number(power);
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${whole}${fraction}`;
  return `${sign}${whole}${fraction.padEnd(exponent, "0")}`;
}

/** RFC 3339 in UTC, with as much of a fraction as there is. */
export function timestampText(timestamp: Timestamp): string {
  const instant = instantOf(timestamp);
  const text = formatRfc3339(instant);
  if (instant.nanoseconds === 0) return text;
  const fraction = String(instant.nanoseconds).padStart(9, "0").replace(/0+$/, "");
  return `${text.slice(0, -1)}.${fraction}Z`;
}

export function instantOf({ nanoseconds }: Timestamp): Instant {
  const rest = ((nanoseconds % nanosecondsPerSecond) + nanosecondsPerSecond) % nanosecondsPerSecond;
  return {
    seconds: Number((nanoseconds - rest) / nanosecondsPerSecond),
    nanoseconds: Number(rest),
    offset: 0,
  };
}

/** The text of bytes that are UTF-8. Throws a `CelError` for others. */
export function strictUtf8Text(bytes: Uint8Array): string {
  const text = utf8Text(bytes);
  if (compareBytes(utf8Bytes(text), bytes) !== 0) {
    throw new CelError("invalid UTF-8 in bytes, cannot convert to string");
  }
  return text;
}
