import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bool,
  bytes,
  cron,
  duration,
  integer,
  list,
  listOf,
  networks,
  oneOf,
  shard,
  type SettingType,
} from "./setting-type.ts";

const wrong = Symbol("wrong");

const cases: readonly [SettingType<unknown>, unknown, unknown][] = [
  [bool, "true", true],
  [bool, "F", false],
  [bool, true, true],
  [bool, "yes", wrong],
  [integer({ min: 1, max: 10 }), "10", 10],
  [integer({ min: 1, max: 10 }), 11, wrong],
  [integer({ min: 1, max: 10 }), "1e1", wrong],
  [duration({ minMs: 0 }), "1h30m", 5_400_000],
  [duration({ minMs: 1_000 }), "10ms", wrong],
  [duration({ minMs: 0 }), "10", wrong],
  [bytes({ min: 0, max: 2 ** 40 }), "2Mi", 2_097_152],
  [bytes({ min: 0, max: 2 ** 40 }), 2_000_000, 2_000_000],
  [bytes({ min: 0, max: 2 ** 40 }), "-1", wrong],
  [oneOf(["json", "text"]), "json", "json"],
  [oneOf(["json", "text"]), "JSON", wrong],
  [list, " a, b,,c ", ["a", "b", "c"]],
  [list, ["a", 1], ["a", "1"]],
  [list, { a: 1 }, wrong],
  [listOf(["pass", "fail"]), "fail", ["fail"]],
  [listOf(["pass", "fail"]), "fail,maybe", wrong],
  [networks, "10.96.0.0/12,fd00::/8", ["10.96.0.0/12", "fd00::/8"]],
  [networks, "10.96.0.0", wrong],
  [networks, "10.96.0.0/33", wrong],
  [cron, "0 */6 * * *", "0 */6 * * *"],
  [cron, "", ""],
  [cron, "often", wrong],
  [shard, "2/3", { index: 2, count: 3 }],
  [shard, "3/3", wrong],
  [shard, "0/0", wrong],
];

for (const [type, raw, expected] of cases) {
  const verdict = expected === wrong ? "is refused" : "is understood";
  test(`${JSON.stringify(raw)} ${verdict} as ${type.name}`, () => {
    const parsed = type.parse(raw);
    if (expected === wrong) assert.equal(parsed.ok, false);
    else assert.deepEqual(parsed, { ok: true, value: expected });
  });
}

test("what a type shows it also reads", () => {
  assert.equal(duration({ minMs: 0 }).show(5_400_000), "1h30m");
  assert.equal(bytes({ min: 0, max: 2 ** 40 }).show(2_097_152), "2Mi");
});
