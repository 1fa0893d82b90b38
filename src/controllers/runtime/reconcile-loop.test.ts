import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "#telemetry/logger.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { createBackoff } from "./backoff.ts";
import { done, runReconcileLoop, type Outcome, type Reconcile } from "./reconcile-loop.ts";
import { createWorkQueue } from "./work-queue.ts";

function start(reconcile: Reconcile<string>, options: { workers?: number; timeoutMs?: number } = {}) {
  const clock = createVirtualClock();
  const queue = createWorkQueue<string>({ clock, backoff: createBackoff({ random: () => 0 }) });
  const controller = new AbortController();
  const results: string[] = [];
  const ended = runReconcileLoop({
    queue,
    reconcile,
    workers: options.workers ?? 1,
    clock,
    log: silentLogger,
    signal: controller.signal,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    observer: {
      onReconciled: (result) => results.push(result),
      onRetry: (failureClass) => results.push(failureClass),
    },
  });
  const stop = (): Promise<void> => {
    controller.abort();
    return ended;
  };
  return { clock, queue, results, stop };
}

test("a key that is done is not run again", async () => {
  let runs = 0;
  const { clock, queue, results, stop } = start(async () => {
    runs++;
    return done;
  });
  queue.add("a");
  await clock.advance(1_000_000);
  await stop();
  assert.equal(runs, 1);
  assert.deepEqual(results, ["success"]);
});

test("requeueAfter comes back after its delay and resets the backoff", async () => {
  const outcomes: (Outcome | Error)[] = [new Error("broken"), { kind: "requeueAfter", delayMs: 500 }, done];
  const atMs: number[] = [];
  const { clock, queue, stop } = start(async () => {
    atMs.push(clock.monotonicMs());
    const next = outcomes.shift() ?? done;
    if (next instanceof Error) throw next;
    return next;
  });
  queue.add("a");
  await clock.advance(10_000);
  assert.deepEqual(atMs, [0, 5, 505]);
  assert.equal(queue.failures("a"), 0);
  await stop();
});

test("a key that always fails is tried for ever, with growing pauses", async () => {
  const atMs: number[] = [];
  const { clock, queue, results, stop } = start(async () => {
    atMs.push(clock.monotonicMs());
    throw Object.assign(new Error("unavailable"), { status: 503 });
  });
  queue.add("a");
  await clock.advance(3_600_000);
  const before = atMs.length;
  assert.ok(before > 20, `${before} tries`);
  await clock.advance(3_600_000);
  assert.equal(atMs.length - before, 12, "one try each five minutes");
  assert.deepEqual(results.slice(0, 2), ["transient", "error"]);
  await stop();
});

test("one failing key does not hold up another", async () => {
  const seen: string[] = [];
  const { clock, queue, stop } = start(async (key) => {
    seen.push(key);
    if (key === "bad") throw new Error("bad");
    return done;
  });
  queue.add("bad");
  queue.add("good");
  await clock.settle();
  assert.deepEqual(seen, ["bad", "good"]);
  await stop();
});

test("stopping waits for the work that is going on and takes nothing more", async () => {
  const started: string[] = [];
  const { clock, queue, stop } = start(async (key, { signal }) => {
    started.push(key);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return done;
  });
  queue.add("a");
  queue.add("b");
  await clock.settle();
  await stop();
  assert.deepEqual(started, ["a"]);
  assert.equal(queue.readings().inWork, 0);
});

test("work that takes too long is told to end and is tried again", async () => {
  let runs = 0;
  const { clock, queue, stop } = start(
    (_key, { signal }) => {
      runs++;
      return new Promise((_resolve, reject) =>
        signal.addEventListener("abort", () => reject(new DOMException("too long", "AbortError"))),
      );
    },
    { timeoutMs: 1_000 },
  );
  queue.add("a");
  await clock.advance(1_000);
  await clock.advance(10);
  assert.equal(runs, 2);
  await stop();
});
