import { civilTime, daysFromCivil } from "../../jmespath/civil-time.ts";
import type { CivilTime } from "../../jmespath/civil-time.ts";
import { CelError } from "../values/cel-error.ts";
import type { Duration, Timestamp } from "../values/objects.ts";
import type { FunctionSpec, Overload } from "./function-spec.ts";
import { instantOf } from "./value-text.ts";

const source = "cel-spec, standard definitions";

/** Calendar and clock of a timestamp in a zone: `UTC`, `+11:00`, a name of the time zone database. */
function fieldsOf(timestamp: Timestamp, zone: string): CivilTime {
  const instant = instantOf(timestamp);
  const fixed = /^([+-]?)(\d{1,2}):(\d{2})$/.exec(zone);
  if (fixed !== null) {
    const [, sign = "", hours = "0", minutes = "0"] = fixed;
    const offset = (Number(hours) * 60 + Number(minutes)) * 60;
    return civilTime({ ...instant, offset: sign === "-" ? -offset : offset });
  }
  if (zone === "" || zone === "UTC") return civilTime(instant);
  return civilTime({ ...instant, offset: namedOffset(zone, instant.seconds) });
}

/** The offset of a named zone at an instant, in seconds. */
function namedOffset(zone: string, seconds: number): number {
  let format;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CelError(`unknown time zone ${zone}`);
  }
  const parts = new Map(format.formatToParts(seconds * 1000).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const days = daysFromCivil(part("year"), part("month"), part("day"));
  return days * 86_400 + part("hour") * 3600 + part("minute") * 60 + part("second") - seconds;
}

function dayOfYear({ year, month, day }: CivilTime): number {
  return daysFromCivil(year, month, day) - daysFromCivil(year, 1, 1);
}

function accessor(
  name: string,
  field: (time: CivilTime, timestamp: Timestamp) => number,
  ofDuration: ((nanoseconds: bigint) => number) | undefined,
  example: string,
): FunctionSpec {
  const overloads: Overload[] = [
    {
      signature: `(timestamp).${name}(): int`,
      call: (timestamp: Timestamp) => field(fieldsOf(timestamp, "UTC"), timestamp),
    },
    {
      signature: `(timestamp).${name}(string): int`,
      call: (timestamp: Timestamp, zone: string) => field(fieldsOf(timestamp, zone), timestamp),
    },
  ];
  if (ofDuration !== undefined) {
    overloads.push({
      signature: `(duration).${name}(): int`,
      call: (duration: Duration) => ofDuration(duration.nanoseconds),
    });
  }
  return {
    name,
    source,
    overloads,
    examples: [
      [`timestamp('2024-02-29T23:05:07.25Z').${name}()`, example],
      [`timestamp(0).${name}('No/Where')`, { error: "unknown time zone No/Where" }],
    ],
  };
}

export const timeFunctions: readonly FunctionSpec[] = [
  accessor("getFullYear", ({ year }) => year, undefined, "2024"),
  accessor("getMonth", ({ month }) => month - 1, undefined, "1"),
  accessor("getDate", ({ day }) => day, undefined, "29"),
  accessor("getDayOfMonth", ({ day }) => day - 1, undefined, "28"),
  accessor("getDayOfWeek", ({ weekday }) => weekday, undefined, "4"),
  accessor("getDayOfYear", dayOfYear, undefined, "59"),
  accessor(
    "getHours",
    ({ hour }) => hour,
    (value) => Number(value / 3_600_000_000_000n),
    "23",
  ),
  accessor(
    "getMinutes",
    ({ minute }) => minute,
    (value) => Number(value / 60_000_000_000n),
    "5",
  ),
  accessor(
    "getSeconds",
    ({ second }) => second,
    (value) => Number(value / 1_000_000_000n),
    "7",
  ),
  accessor(
    "getMilliseconds",
    (_, timestamp) => Math.floor(instantOf(timestamp).nanoseconds / 1_000_000),
    (value) => Number((value / 1_000_000n) % 1000n),
    "250",
  ),
];
