import { civilTime } from "../../../jmespath/civil-time.ts";
import type { Duration, Timestamp } from "../../values/objects.ts";
import { timestampOf } from "../../values/temporal.ts";
import type { CallContext, Library } from "../function-spec.ts";
import { instantOf } from "../value-text.ts";

const source = "Kyverno, time library";

/** 0001-01-01T00:00:00Z, from which multiples of a duration are counted. */
const yearOne = -62_135_596_800n * 1_000_000_000n;

function truncate(time: Timestamp, { nanoseconds }: Duration): Timestamp {
  if (nanoseconds <= 0n) return time;
  return timestampOf(time.nanoseconds - ((time.nanoseconds - yearOne) % nanoseconds));
}

function toCron(time: Timestamp): string {
  const { minute, hour, day, month, weekday } = civilTime(instantOf(time));
  return `${minute} ${hour} ${day} ${month} ${weekday}`;
}

/** The time of the evaluation, and what can be made of timestamps. */
export const timeLibrary: Library = {
  name: "time",
  functions: [
    {
      name: "time.now",
      source,
      overloads: [
        {
          signature: "time.now(): timestamp",
          call: (context: CallContext) => timestampOf(context.nowNanoseconds),
        },
      ],
      examples: [
        ["type(time.now()) == google.protobuf.Timestamp", "true"],
        ["time.now(1)", { error: "found no matching overload for 'time.now' applied to '(int)'" }],
      ],
    },
    {
      name: "time.truncate",
      source,
      overloads: [{ signature: "time.truncate(timestamp, duration): timestamp", call: truncate }],
      examples: [
        [
          "time.truncate(timestamp('2025-01-02T15:30:45Z'), duration('1h'))",
          "timestamp('2025-01-02T15:00:00Z')",
        ],
        [
          "time.truncate(dyn(1), duration('1h'))",
          { error: "no such overload: time.truncate(int, google.protobuf.Duration)" },
        ],
      ],
    },
    {
      name: "time.toCron",
      source,
      overloads: [{ signature: "time.toCron(timestamp): string", call: toCron }],
      examples: [
        ["time.toCron(timestamp('2025-01-02T15:30:00Z'))", "'30 15 2 1 4'"],
        ["time.toCron(dyn(1))", { error: "no such overload: time.toCron(int)" }],
      ],
    },
  ],
};
