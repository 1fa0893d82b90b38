import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "#telemetry/logger.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { cronProblem, startCron, startInterval } from "./schedule.ts";

test("cron expressions are checked before they are used", () => {
  assert.equal(cronProblem("*/5 * * * *"), undefined);
  assert.match(cronProblem("61 * * * *") ?? "", /minute/);
  assert.ok(cronProblem("whenever"));
});

test("a cron schedule runs when it is due, and no more after stop", async () => {
  let runs = 0;
  const ran = Promise.withResolvers<void>();
  const schedule = startCron({
    expression: "* * * * * *",
    log: silentLogger,
    run: async () => {
      runs++;
      ran.resolve();
    },
  });
  // The schedule keeps no process alive, so this test must.
  const keepAlive = setInterval(() => {}, 1_000);
  await ran.promise;
  await schedule.stop();
  clearInterval(keepAlive);
  assert.ok(runs >= 1);
});

test("an interval is shortened by its jitter and goes on after a failure", async () => {
  const clock = createVirtualClock();
  const atMs: number[] = [];
  const schedule = startInterval({
    intervalMs: 1_000,
    jitter: 0.2,
    random: () => 0.5,
    clock,
    log: silentLogger,
    run: async () => {
      atMs.push(clock.monotonicMs());
      throw new Error("failed");
    },
  });
  await clock.advance(2_000);
  assert.deepEqual(atMs, [900, 1_800]);
  await schedule.stop();
  assert.equal(clock.pendingTimers(), 0);
});

test("stopping an interval aborts the run under way and waits for it", async () => {
  const clock = createVirtualClock();
  let ended = false;
  const schedule = startInterval({
    intervalMs: 10,
    clock,
    random: () => 0,
    log: silentLogger,
    run: async (signal) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      ended = true;
    },
  });
  await clock.advance(10);
  await schedule.stop();
  assert.equal(ended, true);
});
