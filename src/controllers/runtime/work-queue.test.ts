import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { createBackoff } from "./backoff.ts";
import { createWorkQueue, resyncPriority, type WorkItem, type WorkQueue } from "./work-queue.ts";

const never = new AbortController().signal;

function build() {
  const clock = createVirtualClock();
  const queue = createWorkQueue<string>({ clock, backoff: createBackoff({ random: () => 0 }) });
  return { clock, queue };
}

/** Takes what is ready now, without waiting. */
async function drain(queue: WorkQueue<string>, options: { readonly finish: boolean }): Promise<string[]> {
  const keys: string[] = [];
  while (queue.readings().ready > 0) {
    const item = await queue.take(never);
    if (item === undefined) break;
    keys.push(item.key);
    if (options.finish) queue.finish(item.key);
  }
  return keys;
}

test("a key added twice is handed out once", async () => {
  const { queue } = build();
  queue.add("a");
  queue.add("a");
  assert.deepEqual(await drain(queue, { finish: true }), ["a"]);
});

test("keys leave by priority, and in order of arrival within one", async () => {
  const { queue } = build();
  queue.add("old-1", { priority: resyncPriority });
  queue.add("new-1");
  queue.add("old-2", { priority: resyncPriority });
  queue.add("new-2");
  assert.deepEqual(await drain(queue, { finish: true }), ["new-1", "new-2", "old-1", "old-2"]);
});

test("adding a key again raises its priority and never lowers it", async () => {
  const { queue } = build();
  queue.add("first", { priority: resyncPriority });
  queue.add("second", { priority: resyncPriority });
  queue.add("second", { priority: 0 });
  queue.add("second", { priority: resyncPriority });
  assert.deepEqual(await drain(queue, { finish: true }), ["second", "first"]);
});

test("a key in work is not handed out again, and runs once more after finish when it was added meanwhile", async () => {
  const { queue } = build();
  queue.add("a");
  const item = await queue.take(never);
  assert.equal(item?.key, "a");
  queue.add("a");
  queue.add("a");
  assert.equal(queue.readings().ready, 0);
  queue.finish("a");
  assert.deepEqual(await drain(queue, { finish: true }), ["a"]);
});

test("a delayed key becomes ready when its time has come", async () => {
  const { clock, queue } = build();
  queue.add("a", { afterMs: 1_000 });
  await clock.advance(999);
  assert.equal(queue.readings().ready, 0);
  await clock.advance(1);
  assert.deepEqual(await drain(queue, { finish: true }), ["a"]);
  assert.equal(clock.pendingTimers(), 0);
});

test("adding a key again keeps the earliest ready time", async () => {
  const { clock, queue } = build();
  queue.add("a", { afterMs: 1_000 });
  queue.add("a", { afterMs: 5_000 });
  queue.add("b", { afterMs: 1_000 });
  queue.add("b", { afterMs: 10 });
  await clock.advance(10);
  assert.deepEqual(await drain(queue, { finish: true }), ["b"]);
  await clock.advance(990);
  assert.deepEqual(await drain(queue, { finish: true }), ["a"]);
});

test("a delay asked for while the key is in work counts from when it was asked for", async () => {
  const { clock, queue } = build();
  queue.add("a");
  await queue.take(never);
  queue.add("a", { afterMs: 100 });
  await clock.advance(60);
  queue.finish("a");
  assert.equal(queue.readings().delayed, 1);
  await clock.advance(40);
  assert.equal(queue.readings().ready, 1);
});

test("takers that wait get keys in the order in which they came to wait", async () => {
  const { queue } = build();
  const taken: (WorkItem<string> | undefined)[] = [];
  const takers = [1, 2].map(() => queue.take(never).then((item) => taken.push(item)));
  queue.add("a");
  queue.add("b");
  await Promise.all(takers);
  assert.deepEqual(
    taken.map((item) => item?.key),
    ["a", "b"],
  );
});

test("an aborted taker gets nothing and loses no key", async () => {
  const { queue } = build();
  const controller = new AbortController();
  const aborted = queue.take(controller.signal);
  const patient = queue.take(never);
  queue.add("a");
  controller.abort();
  assert.equal(await aborted, undefined);
  assert.equal((await patient)?.key, "a");
});

test("shutting down ends all waits and accepts nothing more", async () => {
  const { clock, queue } = build();
  queue.add("later", { afterMs: 10 });
  const waiting = queue.take(never);
  queue.shutDown();
  queue.add("a");
  assert.equal(await waiting, undefined);
  assert.equal(await queue.take(never), undefined);
  assert.equal(clock.pendingTimers(), 0);
});

test("backoff doubles per failure up to its maximum and starts over after forget", async () => {
  const clock = createVirtualClock();
  const backoff = createBackoff<string>({ baseMs: 5, maxMs: 18, random: () => 0 });
  const queue = createWorkQueue({ clock, backoff });
  const delays: number[] = [];
  for (let round = 0; round < 4; round++) {
    const addedMs = clock.monotonicMs();
    queue.addRateLimited("a");
    const taken = queue.take(never);
    while (queue.readings().inWork === 0) await clock.advance(1);
    await taken;
    delays.push(clock.monotonicMs() - addedMs);
    queue.finish("a");
    if (round === 2) queue.forget("a");
  }
  assert.deepEqual(delays, [5, 10, 18, 5]);
  assert.equal(queue.failures("a"), 1);
});

test("jitter shortens a delay by a random share, and a floor holds", () => {
  const backoff = createBackoff<string>({ baseMs: 100, jitter: 0.5, random: () => 0.5 });
  assert.equal(backoff.next("a"), 75);
  assert.equal(backoff.next("b", 5_000), 5_000);
});

test("a removed key is gone from every place", async () => {
  const { clock, queue } = build();
  queue.add("ready");
  queue.add("delayed", { afterMs: 10 });
  queue.remove("ready");
  queue.remove("delayed");
  assert.deepEqual(queue.readings(), {
    ready: 0,
    delayed: 0,
    inWork: 0,
    oldestReadyMs: 0,
    oldestInWorkMs: 0,
  });
  assert.equal(clock.pendingTimers(), 0);
});

test("readings tell the age of the oldest key that waits and of the oldest work", async () => {
  const { clock, queue } = build();
  queue.add("a");
  await clock.advance(5);
  queue.add("b", { priority: 10 });
  await clock.advance(5);
  assert.equal(queue.readings().oldestReadyMs, 10);
  assert.equal((await queue.take(never))?.key, "b");
  await clock.advance(3);
  const readings = queue.readings();
  assert.equal(readings.oldestReadyMs, 13);
  assert.equal(readings.oldestInWorkMs, 3);
});

test("whatever is done in whatever order, no key is lost, doubled or handed out while in work", async () => {
  const key = fc.constantFrom("a", "b", "c", "d");
  const step = fc.oneof(
    fc.record({ kind: fc.constant("add" as const), key, afterMs: fc.nat(20), priority: fc.nat(2) }),
    fc.record({ kind: fc.constant("take" as const) }),
    fc.record({ kind: fc.constant("finish" as const) }),
    fc.record({ kind: fc.constant("advance" as const), ms: fc.nat(20) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { clock, queue } = build();
      const owed = new Set<string>();
      const inWork: string[] = [];
      for (const entry of steps) {
        switch (entry.kind) {
          case "add":
            queue.add(entry.key, entry);
            owed.add(entry.key);
            break;
          case "take": {
            if (queue.readings().ready === 0) break;
            const item = await queue.take(never);
            assert.ok(item !== undefined && !inWork.includes(item.key) && owed.delete(item.key));
            inWork.push(item.key);
            break;
          }
          case "finish": {
            const finished = inWork.shift();
            if (finished !== undefined) queue.finish(finished);
            break;
          }
          case "advance":
            await clock.advance(entry.ms);
        }
      }
      for (const taken of inWork) queue.finish(taken);
      await clock.advance(20);
      assert.deepEqual(new Set(await drain(queue, { finish: true })), owed);
    }),
    { numRuns: 100 },
  );
});
