import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "./clock.ts";

test("the machine's clock waits for delays beyond the limit of Node's timers", async () => {
  let fired = false;
  const timer = systemClock.setTimer(2 ** 31 + 5, () => (fired = true));
  await new Promise((resolve) => systemClock.setTimer(5, () => resolve(undefined)));
  timer.cancel();
  assert.equal(fired, false);
});
