import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { widget, widgets } from "#test/support/scripted-kind.ts";
import type { KubeClient, WatchEvent } from "../client/kube-client.ts";
import { openWatchConnection, WatchSilent } from "./watch-connection.ts";

/** A client whose one watch tells what the test pushes, and ends as its signal says. */
function clientWith(pushed: WatchEvent[]): Pick<KubeClient, "watch"> {
  return {
    watch: (_type, { signal }) =>
      Promise.resolve({
        [Symbol.asyncIterator]: () => ({
          next: async () => {
            const value = pushed.shift();
            if (value !== undefined) return { done: false, value };
            return new Promise((_done, reject) => {
              signal?.addEventListener("abort", () => reject(signal.reason));
            });
          },
        }),
      }),
  };
}

async function open(t: TestContext, pushed: WatchEvent[], timeoutSeconds = 1000) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const connection = await openWatchConnection(
    {
      client: clientWith(pushed) as KubeClient,
      selection: { type: widgets },
      timeoutSeconds,
      silentAfterMs: 1000,
    },
    new AbortController().signal,
  );
  t.after(() => connection.close(new Error("test ended")));
  return connection;
}

const added: WatchEvent = { type: "ADDED", object: widget("a", 1) };

test("silence ends a watch after its time, counted from the last event", async (t) => {
  const connection = await open(t, [added]);
  t.mock.timers.tick(900);
  await connection.next();
  const next = assert.rejects(connection.next(), WatchSilent);
  t.mock.timers.tick(999);
  t.mock.timers.tick(1);
  await next;
});

test("silence is not counted while nobody listens", async (t) => {
  const pushed = [added];
  const connection = await open(t, pushed);
  await connection.next();
  t.mock.timers.tick(50_000);
  pushed.push(added);
  assert.deepEqual(await connection.next(), added);
});

test("a server that forgets to end the watch is not listened to for ever", async (t) => {
  const connection = await open(t, [], 10);
  connection.setSilentAfterMs(3_600_000);
  const next = assert.rejects(connection.next(), { name: "WatchSilent", message: /did not end the watch/ });
  t.mock.timers.tick(25_000);
  await next;
});

test("closing ends a wait with the reason", async (t) => {
  const connection = await open(t, []);
  const next = assert.rejects(connection.next(), /enough/);
  connection.close(new Error("enough"));
  await next;
});
