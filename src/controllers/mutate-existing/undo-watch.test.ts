import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { changePrint } from "./change-print.ts";
import { createUndoWatch } from "./undo-watch.ts";

const object = (data: object, metadata: object = {}): object => ({
  metadata: { name: "a", ...metadata },
  data,
});

describe("what a change changes", () => {
  const rows: readonly (readonly [string, boolean, readonly [object, object], readonly [object, object]])[] =
    [
      [
        "is the same whatever else the object holds",
        true,
        [object({ x: "1" }), object({ x: "2" })],
        [object({ x: "1", y: "9" }), object({ x: "2", y: "9" })],
      ],
      [
        "does not hang on the server's bookkeeping",
        true,
        [object({ x: "1" }, { resourceVersion: "1" }), object({ x: "2" }, { resourceVersion: "1" })],
        [object({ x: "1" }, { resourceVersion: "7" }), object({ x: "2" }, { resourceVersion: "8" })],
      ],
      [
        "is another where the value before is another",
        false,
        [object({ x: "1" }), object({ x: "2" })],
        [object({ x: "0" }), object({ x: "2" })],
      ],
      [
        "is another where the value is another",
        false,
        [object({ x: "1" }), object({ x: "2" })],
        [object({ x: "1" }), object({ x: "3" })],
      ],
      [
        "tells absent from elsewhere",
        false,
        [object({}), object({ x: "1" })],
        [object({}), object({ y: "1" })],
      ],
    ];
  for (const [title, isSame, first, second] of rows) {
    test(title, () => assert.equal(changePrint(...first) === changePrint(...second), isSame));
  }
});

describe("a change that somebody undoes", () => {
  const change = { task: "ClusterPolicy/p/r", uid: "u1", print: "x" };
  const started = () => {
    const time = { ms: 0 };
    const watch = createUndoWatch(() => time.ms);
    const again = (times: number, everyMs = 1_000): void => {
      for (let index = 0; index < times; index += 1) {
        time.ms += everyMs;
        watch.written(change);
      }
    };
    return { time, watch, again };
  };

  test("goes on as long as it may be chance", () => {
    const { watch, again } = started();
    again(4);
    assert.deepEqual(watch.judge(change), { kind: "go" });
    assert.equal(watch.quarrels(change.task), 0);
  });

  test("waits longer and longer, and is never given up", () => {
    const { time, watch, again } = started();
    again(5);
    assert.deepEqual(watch.judge(change), { kind: "wait", delayMs: 5_000 });
    assert.equal(watch.quarrels(change.task), 1);
    let last = 0;
    for (let round = 0; round < 12; round += 1) {
      const verdict = watch.judge(change);
      assert.equal(verdict.kind, "wait");
      if (verdict.kind === "wait") last = verdict.delayMs;
      time.ms += last;
      assert.deepEqual(watch.judge(change), { kind: "go" });
      watch.written(change);
    }
    assert.equal(last, 300_000);
  });

  test("concerns that object, that change and that task alone", () => {
    const { watch, again } = started();
    again(9);
    for (const other of [{ uid: "u2" }, { print: "y" }, { task: "ClusterPolicy/p/other" }]) {
      assert.deepEqual(watch.judge({ ...change, ...other }), { kind: "go" });
    }
  });

  test("is forgotten when nobody undid it for a while, and when the policy is edited", () => {
    const { time, watch, again } = started();
    again(6);
    time.ms += 600_001;
    assert.deepEqual(watch.judge(change), { kind: "go" });
    again(1);
    assert.equal(watch.quarrels(change.task), 0);
    again(6);
    watch.forget(change.task);
    assert.deepEqual(watch.judge(change), { kind: "go" });
  });

  test("seldom is no quarrel: the same daily change is made each day", () => {
    const { watch, again } = started();
    again(40, 86_400_000);
    assert.deepEqual(watch.judge(change), { kind: "go" });
  });
});
