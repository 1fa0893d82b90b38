import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { createPlanLoop } from "./plan-loop.ts";

function setUp() {
  const clock = createVirtualClock();
  const runs: PromiseWithResolvers<void>[] = [];
  const failures: unknown[] = [];
  const loop = createPlanLoop({
    reconcile: () => {
      const run = Promise.withResolvers<void>();
      runs.push(run);
      return run.promise;
    },
    settleMs: 50,
    retryDelayMs: (count) => count * 1_000,
    clock,
    onFailed: (error) => failures.push(error),
  });
  return { clock, runs, failures, loop };
}

describe("planning on request", () => {
  it("serves together what comes together, without waiting for a storm to end", async () => {
    const { clock, runs, loop } = setUp();
    for (let index = 0; index < 10; index += 1) {
      loop.request();
      await clock.advance(10);
    }
    assert.equal(runs.length, 1);
  });

  it("never runs twice at once, and once more for what came while it ran", async () => {
    const { clock, runs, loop } = setUp();
    loop.request();
    await clock.advance(50);
    loop.request();
    loop.request();
    await clock.advance(1_000);
    assert.equal(runs.length, 1);
    runs[0]?.resolve();
    await clock.advance(50);
    assert.equal(runs.length, 2);
    runs[1]?.resolve();
    await clock.advance(1_000);
    assert.equal(runs.length, 2);
  });

  it("tries again after a growing pause where it failed, without being asked", async () => {
    const { clock, runs, failures, loop } = setUp();
    loop.request();
    await clock.advance(50);
    runs[0]?.reject(new Error("no"));
    await clock.advance(999);
    assert.deepEqual([runs.length, failures.length], [1, 1]);
    await clock.advance(1);
    runs[1]?.reject(new Error("no"));
    await clock.advance(1_999);
    assert.equal(runs.length, 2);
    await clock.advance(1);
    runs[2]?.resolve();
    loop.request();
    await clock.advance(50);
    assert.equal(runs.length, 4);
  });

  it("begins nothing after it was stopped, and waits for what is under way", async () => {
    const { clock, runs, loop } = setUp();
    loop.request();
    await clock.advance(50);
    loop.request();
    let hasStopped = false;
    const stopped = loop.stop().finally(() => {
      hasStopped = true;
    });
    await clock.settle();
    assert.equal(hasStopped, false);
    runs[0]?.resolve();
    await stopped;
    loop.request();
    await clock.advance(10_000);
    assert.equal(runs.length, 1);
  });
});
