import assert from "node:assert/strict";
import { test } from "node:test";
import { everyUid, shardRange } from "#api/meta/uid-range.ts";
import { ApiError } from "../client/api-error.ts";
import { backoffMs, defaultBackoff } from "./backoff.ts";
import { isOlder } from "./resource-version.ts";
import { shardSelectorOf } from "./shard-selector.ts";

test("decimal resourceVersions compare as numbers of any length, others do not compare", () => {
  for (const [now, before, expected] of [
    ["9", "10", true],
    ["10", "9", false],
    ["10", "10", false],
    ["99999999999999999998", "99999999999999999999", true],
    ["a1", "10", undefined],
    ["", "10", undefined],
    ["010", "9", undefined],
  ] as const) {
    assert.equal(isOlder(now, before), expected, `${now} ${before}`);
  }
});

test("a shard's range is written as the API server reads it, the range of all not at all", () => {
  assert.equal(shardSelectorOf(everyUid), undefined);
  assert.equal(
    shardSelectorOf(shardRange(1, 2)),
    "shardRange(object.metadata.uid,'0x8000000000000000','0x10000000000000000')",
  );
});

test("pauses double up to a limit that refusals have for themselves, and obey Retry-After", () => {
  const at = (error: unknown, failures: number): number =>
    backoffMs(error, failures, defaultBackoff, () => 1);
  assert.deepEqual(
    [1, 2, 3, 99].map((failures) => at(undefined, failures)),
    [100, 200, 400, 30_000],
  );
  const error = (status: number, retryAfterMs?: number): ApiError =>
    new ApiError({ status, reason: "", message: "", retryAfterMs });
  assert.equal(at(error(403), 99), 120_000);
  assert.equal(at(error(429, 7000), 1), 7000);
  assert.equal(at(error(429, 900_000), 1), 30_000);
  assert.equal(
    backoffMs(undefined, 1, defaultBackoff, () => 0),
    50,
  );
});
