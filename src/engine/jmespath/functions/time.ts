import { QueryError } from "../../errors.ts";
import { durationError, formatDuration, parseDuration } from "../../values/duration.ts";
import { parseInt64 } from "../../values/go-parse.ts";
import { textAt } from "../call-arguments.ts";
import {
  addNanoseconds,
  civilTime,
  formatRfc3339,
  instantNanoseconds,
  nanosecondsBetween,
  truncateInstant,
} from "../civil-time.ts";
import type { Instant } from "../civil-time.ts";
import type { Call, FunctionSpec, ParameterType } from "../function-spec.ts";
import { parseTime, parseTimestamp } from "../time-parse.ts";

const text: readonly ParameterType[] = ["string"];
const begin = "'2021-01-02T15:04:05-07:00'";
const end = "'2021-01-10T03:14:05-07:00'";

/** Kyverno's functions on times: RFC 3339 in and out, durations as Go writes them. */
export const timeFunctions: readonly FunctionSpec[] = [
  {
    name: "time_now",
    parameters: [],
    returns: "string",
    call: now,
    examples: [["time_now()", "2023-11-14T22:13:20Z"]],
    errors: [],
  },
  {
    name: "time_now_utc",
    parameters: [],
    returns: "string",
    call: now,
    examples: [["time_now_utc('ignored')", "2023-11-14T22:13:20Z"]],
    errors: [],
  },
  {
    name: "time_since",
    parameters: [text, text, text],
    returns: "string",
    call: timeSince,
    examples: [
      [`time_since('', ${begin}, ${end})`, "180h10m0s"],
      ["time_since('2006-01-02', '2023-11-14', '2023-11-15')", "24h0m0s"],
      ["time_since('', '2023-11-14T22:13:20Z', '')", "500ms"],
    ],
    errors: [
      [
        "time_since('', 'x', '')",
        'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
      ],
      ["time_since('2006', '2020', 'x')", 'parsing time "x" as "2006": cannot parse "x" as "2006"'],
    ],
  },
  {
    name: "time_diff",
    parameters: [text, text],
    returns: "string",
    call: (call) => formatDuration(nanosecondsBetween(timeAt(call, 0), timeAt(call, 1))),
    examples: [
      [`time_diff(${begin}, ${end})`, "180h10m0s"],
      [`time_diff(${end}, ${begin})`, "-180h10m0s"],
    ],
    errors: [
      [
        "time_diff('2021-01-02', '2021-01-02T15:04:05Z')",
        'parsing time "2021-01-02" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"',
      ],
    ],
  },
  {
    name: "time_add",
    parameters: [text, text],
    returns: "string",
    call: (call) => formatRfc3339(addNanoseconds(timeAt(call, 0), durationAt(call, 1))),
    examples: [
      [`time_add(${begin}, '3h')`, "2021-01-02T18:04:05-07:00"],
      ["time_add('2020-02-28T23:30:00Z', '45m')", "2020-02-29T00:15:00Z"],
    ],
    errors: [
      ["time_add('2023-01-01T00:00:00Z', '1d')", 'time: unknown unit "d" in duration "1d"'],
      ["time_add('x', '1h')", 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'],
      ["time_add('2023-01-01T00:00:00Z', '5')", 'time: missing unit in duration "5"'],
    ],
  },
  {
    name: "time_parse",
    parameters: [text, text],
    returns: "string",
    call: timeParse,
    examples: [
      ["time_parse('1702691171', '1702691171')", "2023-12-16T01:46:11Z"],
      [
        "time_parse('Mon Jan 02 15:04:05 -0700 2006', 'Sat Jan 02 15:04:05 -0700 2021')",
        "2021-01-02T15:04:05-07:00",
      ],
      ["time_parse('02 Jan 06 03:04 PM MST', '14 nov 23 12:05 AM UTC')", "2023-11-14T00:05:00Z"],
    ],
    errors: [
      ["time_parse('2006-01-02', 'x')", 'parsing time "x" as "2006-01-02": cannot parse "x" as "2006"'],
      ["time_parse('1', 'a')", 'strconv.ParseInt: parsing "a": invalid syntax'],
    ],
  },
  {
    name: "time_utc",
    parameters: [text],
    returns: "string",
    call: (call) => formatRfc3339({ ...timeAt(call, 0), offset: 0 }),
    examples: [["time_utc('2023-02-02T15:04:05-07:00')", "2023-02-02T22:04:05Z"]],
    errors: [
      ["time_utc('x')", 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'],
    ],
  },
  {
    name: "time_to_cron",
    parameters: [text],
    returns: "string",
    call: timeToCron,
    examples: [
      ["time_to_cron('2023-02-02T15:04:05Z')", "4 15 2 2 4"],
      ["time_to_cron('2023-02-05T23:59:00+11:00')", "59 23 5 2 0"],
    ],
    errors: [
      [
        "time_to_cron('2023-02-02')",
        'parsing time "2023-02-02" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"',
      ],
    ],
  },
  {
    name: "time_before",
    parameters: [text, text],
    returns: "bool",
    call: (call) => instantAt(call, 0) < instantAt(call, 1),
    examples: [[`time_before(${begin}, ${end})`, true]],
    errors: [
      [
        "time_before('x', 'y')",
        'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
      ],
    ],
  },
  {
    name: "time_after",
    parameters: [text, text],
    returns: "bool",
    call: (call) => instantAt(call, 0) > instantAt(call, 1),
    examples: [
      [`time_after(${begin}, ${end})`, false],
      ["time_after('2023-01-01T00:00:00-01:00', '2023-01-01T00:30:00Z')", true],
    ],
    errors: [
      [
        "time_after('2023-01-01T00:00:00Z', '')",
        'parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006"',
      ],
    ],
  },
  {
    name: "time_between",
    parameters: [text, text, text],
    returns: "bool",
    call: timeBetween,
    examples: [
      [`time_between('2021-01-05T00:00:00Z', ${begin}, ${end})`, true],
      [`time_between(${begin}, ${begin}, ${end})`, false],
    ],
    errors: [
      [
        "time_between('2023-01-01T00:00:00Z', '2023-01-01T00:00:00Z', 'x')",
        'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
      ],
    ],
  },
  {
    name: "time_truncate",
    parameters: [text, text],
    returns: "string",
    call: (call) => formatRfc3339(truncateInstant(timeAt(call, 0), durationAt(call, 1))),
    examples: [
      ["time_truncate('2021-01-02T17:04:05-07:00', '24h')", "2021-01-02T17:00:00-07:00"],
      ["time_truncate('2023-11-16T10:00:00Z', '168h')", "2023-11-13T00:00:00Z"],
      ["time_truncate('2023-11-16T10:00:00Z', '-1h')", "2023-11-16T10:00:00Z"],
    ],
    errors: [
      [
        "time_truncate('2023-13-01T00:00:00Z', '1h')",
        'parsing time "2023-13-01T00:00:00Z": month out of range',
      ],
    ],
  },
];

/** The frozen time of the evaluation. The original shows its container's zone, which is UTC. */
function now(call: Call): string {
  return formatRfc3339(nowInstant(call));
}

function nowInstant({ environment }: Call): Instant {
  const seconds = Math.floor(environment.nowMs / 1000);
  return { seconds, nanoseconds: Math.trunc(environment.nowMs - seconds * 1000) * 1_000_000, offset: 0 };
}

function timeAt(call: Call, index: number): Instant {
  return parseTimestamp(textAt(call, index));
}

function instantAt(call: Call, index: number): bigint {
  return instantNanoseconds(timeAt(call, index));
}

function durationAt(call: Call, index: number): bigint {
  const source = textAt(call, index);
  const duration = parseDuration(source);
  if (duration !== undefined) return duration;
  throw new QueryError("failed", durationError(source) ?? `time: invalid duration ${JSON.stringify(source)}`);
}

function timeSince(call: Call): string {
  const layout = textAt(call, 0);
  const read = (source: string): Instant =>
    layout === "" ? parseTimestamp(source) : parseTime(layout, source);
  const start = read(textAt(call, 1));
  const stop = textAt(call, 2);
  return formatDuration(nanosecondsBetween(start, stop === "" ? nowInstant(call) : read(stop)));
}

const maxSeconds = 1n << 50n;

/** With an integer for a layout the text is epoch seconds, so `2006` is no layout for a year. */
function timeParse(call: Call): string {
  const layout = textAt(call, 0);
  const source = textAt(call, 1);
  if (parseInt64(layout) === undefined) return formatRfc3339(parseTime(layout, source));
  const seconds = parseInt64(source);
  if (seconds === undefined) {
    throw new QueryError("failed", `strconv.ParseInt: parsing ${JSON.stringify(source)}: invalid syntax`);
  }
  if (seconds > maxSeconds || seconds < -maxSeconds) {
    throw new QueryError("failed", `strconv.ParseInt: parsing ${JSON.stringify(source)}: value out of range`);
  }
  return formatRfc3339({ seconds: Number(seconds), nanoseconds: 0, offset: 0 });
}

function timeToCron(call: Call): string {
  const { minute, hour, day, month, weekday } = civilTime(timeAt(call, 0));
  return `${minute} ${hour} ${day} ${month} ${weekday}`;
}

function timeBetween(call: Call): boolean {
  const [instant, start, stop] = [instantAt(call, 0), instantAt(call, 1), instantAt(call, 2)];
  return instant > start && instant < stop;
}
