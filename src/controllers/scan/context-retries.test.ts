import assert from "node:assert/strict";
import { test } from "node:test";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { createContextRetries, withRetries } from "./context-retries.ts";

const scope = { policyKind: "Policy", policyNamespace: "shop", policyName: "p" };

const start = () => {
  const clock = createVirtualClock();
  const retried: string[] = [];
  const retries = createContextRetries({ clock, random: () => 0, retry: (policy) => retried.push(policy) });
  return { clock, retried, retries };
};

test("a policy whose data could not be had is judged again, once for many failures", async () => {
  const { clock, retried, retries } = start();
  for (let object = 0; object < 100; object += 1) retries.failed(scope);
  retries.failed({ policyKind: "ClusterPolicy", policyName: "q" });
  await clock.advance(999);
  assert.deepEqual(retried, []);
  await clock.advance(1);
  assert.deepEqual(retried, ["Policy/shop/p", "ClusterPolicy/q"]);
  await clock.advance(600_000);
  assert.equal(retried.length, 2);
});

test("as long as it fails the pauses grow to five minutes, and a later failure begins anew", async () => {
  const { clock, retried, retries } = start();
  const pauses: number[] = [];
  for (let round = 0; round < 12; round += 1) {
    const before = retried.length;
    const startMs = clock.monotonicMs();
    retries.failed(scope);
    while (retried.length === before) await clock.advance(1_000);
    pauses.push((clock.monotonicMs() - startMs) / 1_000);
  }
  assert.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
  await clock.advance(700_000);
  retries.failed(scope);
  await clock.advance(1_000);
  assert.equal(retried.length, 13);
});

test("nothing is tried again after the end", async () => {
  const { clock, retried, retries } = start();
  retries.failed(scope);
  retries.stop();
  retries.failed(scope);
  await clock.advance(10_000);
  assert.deepEqual(retried, []);
  assert.equal(clock.pendingTimers(), 0);
});

test("only failures that may pass are tried again, and every answer is given on", async () => {
  const { clock, retried, retries } = start();
  const answers = [
    { kind: "value", value: 1 },
    { kind: "failed", message: "there is none", mayPass: false },
    { kind: "failed", message: "nobody answers", mayPass: true },
  ] as const;
  for (const [index, answer] of answers.entries()) {
    const load = withRetries(() => Promise.resolve(answer), retries);
    const request = { kind: "configMap", namespace: "shop", name: "c" } as const;
    assert.deepEqual(await load(request, { ...scope, policyName: `p${index}` }), answer);
  }
  await clock.advance(10_000);
  assert.deepEqual(retried, ["Policy/shop/p2"]);
});
