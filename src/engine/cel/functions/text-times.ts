import { QueryError } from "../../errors.ts";
import { instantNanoseconds } from "../../jmespath/civil-time.ts";
import { parseTimestamp } from "../../jmespath/time-parse.ts";
import { parseDuration } from "../../values/duration.ts";
import { CelError } from "../values/cel-error.ts";
import { Duration } from "../values/objects.ts";
import type { Timestamp } from "../values/objects.ts";
import { timestampOf } from "../values/temporal.ts";

export function conversionError(from: string, to: string): CelError {
  return new CelError(`type conversion error from '${from}' to '${to}'`);
}

/** A timestamp from its RFC 3339 form. Throws a `CelError` for any other text. */
export function timestampFromText(text: string): Timestamp {
  try {
    return timestampOf(instantNanoseconds(parseTimestamp(text)));
  } catch (error) {
    if (!(error instanceof QueryError) && !(error instanceof CelError)) throw error;
    throw conversionError("string", "google.protobuf.Timestamp");
  }
}

/** A duration from Go's form, `1h30m`. Throws a `CelError` for any other text. */
export function durationFromText(text: string): Duration {
  const value = parseDuration(text);
  if (value === undefined) throw conversionError("string", "google.protobuf.Duration");
  return new Duration(value);
}
