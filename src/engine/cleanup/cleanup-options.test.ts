import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { readCleanupOptions } from "./cleanup-options.ts";

const defaults = { maxPercent: 50, percentFrom: 100 };
const read = (annotations: Readonly<Record<string, unknown>>) =>
  readCleanupOptions(
    Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => [`cleanup.rearguard.io/${key}`, value]),
    ),
    defaults,
  );

describe("the annotations of a cleanup policy", () => {
  it("leave everything at the cluster's defaults where there are none", () => {
    assert.deepEqual(readCleanupOptions({ "example.com/mode": "audit" }, defaults), {
      audit: false,
      limits: defaults,
      graceMs: 0,
      jitterMs: 0,
      problems: [],
    });
  });

  const understood: readonly (readonly [key: string, value: string, expected: object])[] = [
    ["mode", "audit", { audit: true }],
    ["mode", "delete", { audit: false }],
    ["max-deletions", "10", { limits: { ...defaults, maxCount: 10 } }],
    ["max-percent", "5", { limits: { maxPercent: 5, percentFrom: 0 } }],
    ["max-percent", "2.5%", { limits: { maxPercent: 2.5, percentFrom: 0 } }],
    ["max-deletions-per-namespace", "3", { limits: { ...defaults, maxPerNamespace: 3 } }],
    ["confirm-run", "2026-01-31T15:30:00Z", { confirmedRunMs: Date.parse("2026-01-31T15:30:00Z") }],
    ["grace-period", "24h", { graceMs: 86_400_000 }],
    ["keep-last", "3", { keepLast: { count: 3, labels: [] } }],
    ["time-zone", "Europe/Berlin", { timeZone: "Europe/Berlin" }],
    ["jitter", "90s", { jitterMs: 90_000 }],
    ["starting-deadline", "10m", { startingDeadlineMs: 600_000 }],
  ];
  for (const [key, value, expected] of understood) {
    it(`${key}: ${value}`, () => {
      const options = read({ [key]: value });
      assert.deepEqual(options.problems, []);
      assert.deepEqual({ ...options, ...expected }, options);
    });
  }

  it("group what is kept by labels", () => {
    assert.deepEqual(read({ "keep-last": "1", "keep-last-by": "app, tier" }).keepLast, {
      count: 1,
      labels: ["app", "tier"],
    });
  });

  const refused: readonly (readonly [key: string, value: unknown])[] = [
    ["mode", "Audit"],
    ["max-deletions", "many"],
    ["max-deletions", "-1"],
    ["max-percent", "150"],
    ["max-percent", ""],
    ["confirm-run", "yes"],
    ["grace-period", "1 day"],
    ["grace-period", "-1h"],
    ["keep-last-by", ","],
    ["time-zone", "Berlin"],
    ["max-deletion", "10"],
    ["mode", 7],
  ];
  for (const [key, value] of refused) {
    it(`are a problem with ${key}: ${JSON.stringify(value)}`, () => {
      const { problems } = read({ [key]: value });
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", new RegExp(`^annotation cleanup.rearguard.io/${key} is `));
    });
  }
});
