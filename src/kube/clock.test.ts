import assert from "node:assert/strict";
import { test } from "node:test";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { pause } from "./clock.ts";

test("a pause ends with its time or with its signal, and leaves nothing behind", async () => {
  const clock = createVirtualClock();
  const controller = new AbortController();
  const ends: string[] = [];
  const long = pause(clock, 100, controller.signal).then(() => ends.push("long"));
  const short = pause(clock, 10, controller.signal).then(() => ends.push("short"));
  await clock.advance(10);
  await short;
  controller.abort();
  await long;
  await pause(clock, 1_000, controller.signal);
  assert.deepEqual(ends, ["short", "long"]);
  assert.equal(clock.pendingTimers(), 0);
});
