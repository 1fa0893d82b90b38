import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseTtl, ttlDueMs } from "./ttl-value.ts";

const second = 1000;
const hour = 3_600 * second;
const day = 24 * hour;

describe("a TTL value", () => {
  const lifetimes: readonly (readonly [text: string, lifetimeMs: number])[] = [
    ["10s", 10 * second],
    ["2h30m", 2.5 * hour],
    ["1.5h", 1.5 * hour],
    [".5h", 0.5 * hour],
    ["0", 0],
    ["0s", 0],
    ["-5m", -300 * second],
    ["1d", day],
    ["1D", day],
    ["1d12h", 1.5 * day],
    ["2weeks", 14 * day],
    ["3days", 3 * day],
    ["1week2day", 9 * day],
    ["5M", 300 * second],
    ["2hr", 2 * hour],
    ["2wk", 14 * day],
    ["1d10ay", day],
    ["1e3s", 3 * second],
    ["106751d", 106_751 * day],
  ];
  for (const [text, lifetimeMs] of lifetimes) {
    it(`${text} is a lifetime`, () => assert.deepEqual(parseTtl(text), { kind: "lifetime", lifetimeMs }));
  }

  for (const text of ["106752d", "999999d", "2562048h", "99999999999999999999999w", "forever", "never"]) {
    it(`${text} is never`, () => assert.deepEqual(parseTtl(text), { kind: "never" }));
  }

  const instants: readonly (readonly [text: string, at: string])[] = [
    ["2023-10-04T003000Z", "2023-10-04T00:30:00Z"],
    ["2023-10-04", "2023-10-04T00:00:00Z"],
    ["2024-02-29", "2024-02-29T00:00:00Z"],
  ];
  for (const [text, at] of instants) {
    it(`${text} is an instant`, () =>
      assert.deepEqual(parseTtl(text), { kind: "instant", atMs: Date.parse(at) }));
  }

  const invalid = [
    "1.5d",
    "1month",
    "1mo",
    "1y",
    "1",
    "",
    "10ay",
    "2023-10-04T003000z",
    "2023-10-04T003000-0100",
    "2023-10-04T00:30:00Z",
    "20231004",
    "2023-10-4",
    "2023-02-29",
    "2023-13-01",
    "2023-10-04T243000Z",
    "soon",
  ];
  for (const text of invalid) {
    it(`${JSON.stringify(text)} is invalid`, () => assert.equal(parseTtl(text).kind, "invalid"));
  }
});

describe("the time of deletion", () => {
  it("counts a lifetime from the object's creation", () => {
    assert.equal(ttlDueMs(parseTtl("1h"), 5 * hour), 6 * hour);
  });
  it("takes an instant as it is", () => assert.equal(ttlDueMs(parseTtl("1970-01-02"), 5 * hour), day));
  it("does not exist for never and for what cannot be read", () => {
    assert.equal(ttlDueMs(parseTtl("999999d"), 0), undefined);
    assert.equal(ttlDueMs(parseTtl("x"), 0), undefined);
  });
});
