import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { civilTime, formatRfc3339, truncateInstant } from "./civil-time.ts";
import { parseTime, parseTimestamp } from "./time-parse.ts";

/** Texts, and what Go reads in them or says of them. */
const timestamps: readonly (readonly [text: string, result: string])[] = [
  ["2023-02-02T15:04:05Z", "2023-02-02T15:04:05Z"],
  ["2023-02-02T15:04:05.999999999+05:30", "2023-02-02T15:04:05+05:30"],
  ["2024-02-29T00:00:00-00:00", "2024-02-29T00:00:00Z"],
  ["x", 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'],
  ["2023-01-01", 'parsing time "2023-01-01" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'],
  ["2023-13-01T00:00:00Z", 'parsing time "2023-13-01T00:00:00Z": month out of range'],
  ["2023-02-30T00:00:00Z", 'parsing time "2023-02-30T00:00:00Z": day out of range'],
  ["2023-02-20T00:00:00Zjunk", 'parsing time "2023-02-20T00:00:00Zjunk": extra text: "junk"'],
  ["2023-02-20T24:00:00Z", 'parsing time "2023-02-20T24:00:00Z": hour out of range'],
];

const layouts: readonly (readonly [layout: string, text: string, result: string])[] = [
  ["2006-01-02", "2023-11-14", "2023-11-14T00:00:00Z"],
  ["Monday, 02-Jan-06 15:04:05 MST", "tuesday, 14-Nov-23 01:02:03 CET", "2023-11-14T01:02:03Z"],
  ["Jan _2 15:04:05.000", "Feb  3 04:05:06.789", "0000-02-03T04:05:06Z"],
  ["2006 002", "2024 366", "2024-12-31T00:00:00Z"],
  ["3:04pm", "12:30am", "0000-01-01T00:30:00Z"],
  ["15:04 MST", "10:00 GMT+2", "0000-01-01T12:00:00+02:00"],
  ["2006-01-02 15:04:05 -0700", "2023-11-14 10:00:00 +0130", "2023-11-14T10:00:00+01:30"],
  ["January", "May", "0000-05-01T00:00:00Z"],
  ["2006", "12", 'parsing time "12" as "2006": cannot parse "12" as "2006"'],
  ["PM", "xx", 'parsing time "xx" as "PM": cannot parse "xx" as "PM"'],
];

function shown(layout: string | undefined, text: string): string {
  try {
    return formatRfc3339(layout === undefined ? parseTimestamp(text) : parseTime(layout, text));
  } catch (error) {
    assert.ok(error instanceof Error && error.name === "QueryError");
    return error.message;
  }
}

describe("parseTimestamp()", () => {
  for (const [text, result] of timestamps) test(text, () => assert.equal(shown(undefined, text), result));
});

describe("parseTime()", () => {
  for (const [layout, text, result] of layouts) {
    test(`${text} as ${layout}`, () => assert.equal(shown(layout, text), result));
  }
});

test("timestamps agree with JavaScript's calendar", () => {
  const time = fc.date({
    min: new Date("0000-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59Z"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(time, (date) => {
      const instant = parseTimestamp(date.toISOString());
      assert.equal(instant.seconds, Math.floor(date.getTime() / 1000));
      assert.equal(civilTime(instant).weekday, date.getUTCDay());
      assert.equal(formatRfc3339(instant), `${date.toISOString().slice(0, 19)}Z`);
    }),
  );
});

test("truncating to a week gives the Monday before", () => {
  const week = 7n * 24n * 3600n * 1_000_000_000n;
  assert.equal(
    formatRfc3339(truncateInstant(parseTimestamp("2023-11-19T23:59:59Z"), week)),
    "2023-11-13T00:00:00Z",
  );
});
