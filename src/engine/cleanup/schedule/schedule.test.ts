import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { nextRunMs } from "./next-run.ts";
import { parseSchedule } from "./parse-schedule.ts";
import type { ScheduleFamily } from "./parse-schedule.ts";
import { zoneOffsetOf } from "./zone-offset.ts";

function runs(text: string, after: string, count: number, zone = "UTC"): readonly string[] {
  const parsed = parseSchedule(text, "DeletingPolicy");
  assert.ok(parsed.ok, JSON.stringify(parsed));
  const offset = zoneOffsetOf(zone);
  assert.ok(offset);
  const found: string[] = [];
  let atMs: number | undefined = Date.parse(after);
  while (found.length < count) {
    atMs = nextRunMs(parsed.schedule, atMs, offset);
    if (atMs === undefined) return [...found, "never"];
    found.push(new Date(atMs).toISOString().replace(".000Z", "Z"));
  }
  return found;
}

function problem(text: string, family: ScheduleFamily): readonly [string, string | undefined] {
  const parsed = parseSchedule(text, family);
  assert.ok(!parsed.ok, `${text} is accepted`);
  return [parsed.problem, parsed.hint];
}

describe("what both families run", () => {
  const cases: readonly [text: string, after: string, ...next: string[]][] = [
    ["*/5 * * * *", "2026-03-01T00:00:00Z", "2026-03-01T00:05:00Z", "2026-03-01T00:10:00Z"],
    ["*/5 * * * *", "2026-03-01T00:04:59Z", "2026-03-01T00:05:00Z"],
    ["5/15 * * * *", "2026-03-01T00:00:00Z", "2026-03-01T00:05:00Z", "2026-03-01T00:20:00Z"],
    ["0 0 ? * ?", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"],
    ["0 0 1,15 JAN-feb *", "2026-01-01T00:00:00Z", "2026-01-15T00:00:00Z", "2026-02-01T00:00:00Z"],
    ["0 0 * * sun", "2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z"],
    ["@yearly", "2026-03-02T00:00:00Z", "2027-01-01T00:00:00Z"],
    ["@annually", "2026-03-02T00:00:00Z", "2027-01-01T00:00:00Z"],
    ["@monthly", "2026-03-02T00:00:00Z", "2026-04-01T00:00:00Z"],
    ["@weekly", "2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z"],
    ["@daily", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"],
    ["@hourly", "2026-03-02T00:00:00Z", "2026-03-02T01:00:00Z"],
    [
      "0 0 1-7 * 1",
      "2026-06-08T00:00:00Z",
      "2026-06-15T00:00:00Z",
      "2026-06-22T00:00:00Z",
      "2026-06-29T00:00:00Z",
      "2026-07-01T00:00:00Z",
    ],
    [
      "0 0 */2 * 1",
      "2026-06-01T00:00:00Z",
      "2026-06-03T00:00:00Z",
      "2026-06-05T00:00:00Z",
      "2026-06-07T00:00:00Z",
      "2026-06-08T00:00:00Z",
    ],
    ["0 0 * * 05", "2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z"],
    ["0 0 29 2 *", "2026-03-02T00:00:00Z", "2028-02-29T00:00:00Z"],
    ["0 0 30 2 *", "2026-03-02T00:00:00Z", "never"],
  ];
  for (const [text, after, ...next] of cases) {
    it(`${text} after ${after}`, () => {
      assert.ok(parseSchedule(text, "CleanupPolicy").ok);
      assert.deepEqual(runs(text, after, next.length), next);
    });
  }
});

describe("what only DeletingPolicies run", () => {
  const cases: readonly [text: string, after: string, ...next: string[]][] = [
    ["0 */5 * * * *", "2026-03-01T00:00:00Z", "2026-03-01T05:00:00Z"],
    ["0 0 1 1 * 2020", "2026-03-01T00:00:00Z", "never"],
    ["0 0 0 1 1 * 2027", "2026-03-01T00:00:00Z", "2027-01-01T00:00:00Z", "never"],
    ["30 0 0 1 1 * 2027 and more", "2026-03-01T00:00:00Z", "2027-01-01T00:00:30Z"],
    ["*/20 * * * * * *", "2026-03-01T00:00:00Z", "2026-03-01T00:00:20Z", "2026-03-01T00:00:40Z"],
    ["0 0 L * *", "2026-02-01T00:00:00Z", "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z"],
    ["0 0 LW * *", "2026-02-01T00:00:00Z", "2026-02-27T00:00:00Z"],
    ["0 0 15W * *", "2026-03-01T00:00:00Z", "2026-03-16T00:00:00Z"],
    ["0 0 1W * *", "2026-07-31T00:00:00Z", "2026-08-03T00:00:00Z"],
    ["0 0 31W * *", "2026-05-01T00:00:00Z", "2026-05-29T00:00:00Z"],
    ["0 0 * * 5L", "2026-03-01T00:00:00Z", "2026-03-27T00:00:00Z"],
    ["0 0 * * 5#3", "2026-03-01T00:00:00Z", "2026-03-20T00:00:00Z"],
    ["0 0 * * 1#5", "2026-03-01T00:00:00Z", "2026-03-30T00:00:00Z", "2026-06-29T00:00:00Z"],
    ["0 0 * january,December Sunday", "2026-02-01T00:00:00Z", "2026-12-06T00:00:00Z"],
    ["0 0 * * 7", "2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z"],
    ["0 0 * * 07", "2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z"],
  ];
  for (const [text, after, ...next] of cases) {
    it(`${text} after ${after}`, () => {
      assert.ok(!parseSchedule(text, "CleanupPolicy").ok);
      assert.deepEqual(runs(text, after, next.length), next);
    });
  }
});

describe("what is refused, with the form that works", () => {
  const neverRun: readonly [text: string, problem: RegExp, hint: RegExp][] = [
    ["@midnight", /missing field|cannot be run/, /@daily/],
    ["*/60 * * * *", /invalid interval/, /write 0 for once/],
    ["0 */100 * * *", /invalid interval/, /write 0 for once/],
    ["30-0/10 * * * *", /invalid interval/, /write 30,40,50,0/],
    ["0 22-2 * * *", /invalid interval/, /write 22,23,0,1,2/],
    ["0 0 * * FRI-MON", /invalid interval/, /write 5,6,0,1/],
  ];
  for (const family of ["CleanupPolicy", "DeletingPolicy"] as const) {
    for (const [text, message, wanted] of neverRun) {
      it(`${text} in a ${family}`, () => {
        const [found, hint] = problem(text, family);
        assert.match(found, message);
        assert.match(hint ?? "", wanted);
      });
    }
  }

  const cleanupOnly: readonly [text: string, hint: RegExp][] = [
    ["@every 5m", /\*\/5 \* \* \* \*/],
    ["@every 2h", /0 \*\/2 \* \* \*/],
    ["@every 90s", /five fields/],
    [
      "TZ=Europe/Berlin 0 5 * * *",
      /write "0 5 \* \* \*" and set the annotation .*time-zone to Europe\/Berlin/,
    ],
    ["CRON_TZ=Asia/Tokyo 0 5 * * *", /time-zone to Asia\/Tokyo/],
    ["0 0 * * 7", /write 0 for Sunday/],
    ["0 0 * * monday", /write mon/],
    ["0 0 0 * * *", /leave out/],
    ["61 * * * *", /use 0 to 59/],
  ];
  for (const [text, wanted] of cleanupOnly) {
    it(`${text} in a CleanupPolicy`, () => assert.match(problem(text, "CleanupPolicy")[1] ?? "", wanted));
  }

  for (const text of [
    "",
    "* * * *",
    "a * * * *",
    "1-2-3 * * * *",
    "*/0 * * * *",
    "*/x * * * *",
    ", * * * *",
    "0 0 32 * *",
    "0 0 0 * *",
  ]) {
    it(`${JSON.stringify(text)} in both`, () => {
      problem(text, "CleanupPolicy");
      problem(text, "DeletingPolicy");
    });
  }

  it("a text longer than any schedule", () =>
    assert.match(problem("*,".repeat(600), "DeletingPolicy")[0], /longer than/));
});

describe("schedules that run otherwise than they look", () => {
  it("warns of weekdays with a leading zero", () => {
    const parsed = parseSchedule("0 0 * * 05", "CleanupPolicy");
    assert.ok(parsed.ok);
    assert.match(parsed.warnings.join(), /05 as day of week means Sunday; write 5/);
  });
  it("warns of six fields", () => {
    const parsed = parseSchedule("0 */5 * * * *", "DeletingPolicy");
    assert.ok(parsed.ok);
    assert.match(parsed.warnings.join(), /the last is a year/);
  });
  it("says nothing of others", () => {
    const parsed = parseSchedule("0 5 * * 1-5", "CleanupPolicy");
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.warnings, []);
  });
});

describe("schedules in a time zone", () => {
  it("follow its clocks over summer and winter", () => {
    assert.deepEqual(runs("0 5 * * *", "2026-03-28T00:00:00Z", 2, "Europe/Berlin"), [
      "2026-03-28T04:00:00Z",
      "2026-03-29T03:00:00Z",
    ]);
  });
  it("move a time that is skipped forward by an hour", () => {
    assert.deepEqual(runs("30 2 * * *", "2026-03-28T12:00:00Z", 2, "Europe/Berlin"), [
      "2026-03-29T01:30:00Z",
      "2026-03-30T00:30:00Z",
    ]);
  });
  it("run once at a time that comes twice", () => {
    assert.deepEqual(runs("30 2 * * *", "2026-10-24T12:00:00Z", 2, "Europe/Berlin"), [
      "2026-10-25T01:30:00Z",
      "2026-10-26T01:30:00Z",
    ]);
    assert.deepEqual(runs("30 1 * * *", "2026-10-31T12:00:00Z", 2, "America/New_York"), [
      "2026-11-01T05:30:00Z",
      "2026-11-02T06:30:00Z",
    ]);
  });
  it("go forward always, also inside the hour that comes twice", () => {
    const found = runs("*/30 * * * *", "2026-11-01T04:45:00Z", 8, "America/New_York");
    assert.deepEqual(found, found.toSorted());
    assert.equal(new Set(found).size, 8);
  });
  it("do not exist for a zone that is not known", () =>
    assert.equal(zoneOffsetOf("Mars/Olympus"), undefined));
});
