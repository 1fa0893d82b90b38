import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { hashUid, shardRange } from "#api/meta/uid-range.ts";
import { sendJson, sendStatus } from "#test/support/scripted-server.ts";
import { startScriptedKind, widget, widgets } from "#test/support/scripted-kind.ts";
import type { ScriptedKind } from "#test/support/scripted-kind.ts";
import { createSourceRecorder } from "#test/support/source-recorder.ts";
import type { SourceRecorder } from "#test/support/source-recorder.ts";
import { createKubeClient } from "../client/create-kube-client.ts";
import type { KubeClient } from "../client/kube-client.ts";
import { openSource } from "./open-source.ts";
import type { SourceNotice, SourceOptions } from "./source-options.ts";
import type { Source } from "./source.ts";

const fast = { initialMs: 1, maxMs: 5, maxRefusedMs: 5 };

interface Setup {
  readonly client: KubeClient;
  readonly kind: ScriptedKind;
  readonly source: Source;
  readonly recorder: SourceRecorder;
  readonly notices: SourceNotice[];
}

async function start(
  t: TestContext,
  options: Partial<SourceOptions> & {
    readonly recorder?: SourceRecorder;
    readonly maxEventBytes?: number;
  } = {},
): Promise<Setup> {
  const kind = await startScriptedKind();
  const recorder = options.recorder ?? createSourceRecorder();
  const notices: SourceNotice[] = [];
  const client = createKubeClient({
    config: {
      server: kind.server.url,
      credentials: {
        current: () => Promise.resolve({ tls: { rejectUnauthorized: true } }),
        renew: () => Promise.resolve(false),
      },
    },
    userAgent: "test",
    ...(options.maxEventBytes === undefined ? {} : { maxEventBytes: options.maxEventBytes }),
  });
  const source = openSource({
    client,
    selection: { type: widgets },
    handlers: recorder.handlers,
    backoff: fast,
    onNotice: (notice) => notices.push(notice),
    ...options,
  });
  t.after(async () => {
    await Promise.all([source.stop(), client.close(), kind.close()]);
  });
  return { client, kind, source, recorder, notices };
}

/** Lists one page with the given widgets and opens the watch. */
async function live(setup: Setup, names: readonly string[], resourceVersion: number) {
  await setup.kind.page(
    names.map((name) => widget(name, 1)),
    { resourceVersion },
  );
  const watch = await setup.kind.nextWatch();
  await setup.recorder.called("live");
  return watch;
}

test("lists in pages, watches from the first page on, and tells of changes in their order", async (t) => {
  const { kind, source, recorder } = await start(t, { pageSize: 2 });
  assert.equal(source.state().kind, "syncing");
  const first = await kind.page([widget("a", 1), widget("b", 2)], { resourceVersion: 10, continue: "t1" });
  assert.equal(first.get("limit"), "2");
  const watch = await kind.nextWatch();
  assert.equal(watch.query.get("resourceVersion"), "10");
  assert.equal(watch.query.get("allowWatchBookmarks"), "true");
  const second = await kind.page([widget("c", 3)], { resourceVersion: 10 });
  assert.equal(second.get("continue"), "t1");
  await recorder.called("live");
  watch.send("MODIFIED", widget("a", 11));
  watch.send("DELETED", widget("b", 12));
  watch.send("ADDED", widget("d", 13));
  await recorder.called("ADDED d@13 (1)");
  assert.deepEqual(recorder.calls, [
    "list 1",
    "page 1: a b",
    "page 1: c",
    "synced 1",
    "live",
    "MODIFIED a@11 (1)",
    "DELETED b@12 (1)",
    "ADDED d@13 (1)",
  ]);
});

test("a page never overrules what the watch told since the list began", async (t) => {
  const { kind, recorder } = await start(t);
  await kind.page([widget("a", 1)], { resourceVersion: 10, continue: "t" });
  const watch = await kind.nextWatch();
  watch.send("MODIFIED", widget("b", 11));
  watch.send("DELETED", widget("c", 12));
  await recorder.called("DELETED c@12 (1)");
  await kind.page([widget("b", 2), widget("c", 3), widget("d", 4)], { resourceVersion: 10 });
  await recorder.called("synced 1");
  assert.ok(recorder.calls.includes("page 1: d"));
});

test("events are read while a page is being handled, and the page learns what they overtook", async (t) => {
  const gate = Promise.withResolvers<void>();
  const seen: boolean[] = [];
  const recorder = createSourceRecorder();
  const handlers: SourceOptions["handlers"] = {
    ...recorder.handlers,
    onPage: async (objects, page) => {
      seen.push(page.superseded("a"));
      await gate.promise;
      seen.push(page.superseded("a"), page.superseded("b"));
      await recorder.handlers.onPage(objects, page);
    },
  };
  const { kind } = await start(t, { recorder, handlers });
  await kind.page([widget("a", 1), widget("b", 1)], { resourceVersion: 10 });
  const watch = await kind.nextWatch();
  watch.send("MODIFIED", widget("a", 11));
  await recorder.called("MODIFIED a@11 (1)");
  assert.ok(!recorder.calls.includes("synced 1"));
  gate.resolve();
  await recorder.called("synced 1");
  assert.deepEqual(seen, [false, true, false]);
});

test("pages are read while an event is being handled, one event at a time, and synced waits its turn", async (t) => {
  const gate = Promise.withResolvers<void>();
  const recorder = createSourceRecorder((call) => (call.startsWith("MODIFIED a") ? gate.promise : undefined));
  const { kind } = await start(t, { recorder });
  await kind.page([widget("b", 1)], { resourceVersion: 10, continue: "t" });
  const watch = await kind.nextWatch();
  watch.send("MODIFIED", widget("a", 11));
  watch.send("MODIFIED", widget("x", 12));
  await recorder.called("MODIFIED a@11 (1)");
  await kind.page([widget("c", 1)], { resourceVersion: 10 });
  await recorder.called("page 1: c");
  assert.deepEqual(recorder.calls, ["list 1", "page 1: b", "MODIFIED a@11 (1)", "page 1: c"]);
  gate.resolve();
  await recorder.called("MODIFIED x@12 (1)");
  await recorder.called("synced 1");
});

test("a 410 in mid-list goes on with the token in the answer", async (t) => {
  const { kind, recorder } = await start(t);
  await kind.page([widget("a", 1)], { resourceVersion: 10, continue: "old" });
  await kind.nextWatch();
  const { query, response } = await kind.nextList();
  assert.equal(query.get("continue"), "old");
  sendStatus(response, 410, "Expired", { metadata: { continue: "fresh" } });
  const next = await kind.page([widget("b", 1)], { resourceVersion: 50 });
  assert.equal(next.get("continue"), "fresh");
  await recorder.called("live");
  assert.deepEqual(recorder.calls, ["list 1", "page 1: a", "page 1: b", "synced 1", "live"]);
});

test("a 410 in mid-list without a token lists again, and the watch goes on", async (t) => {
  const { kind, recorder } = await start(t);
  await kind.page([widget("a", 1)], { resourceVersion: 10, continue: "old" });
  const watch = await kind.nextWatch();
  sendStatus((await kind.nextList()).response, 410, "Expired");
  assert.equal((await kind.page([widget("a", 1)], { resourceVersion: 20 })).get("continue"), null);
  await recorder.called("synced 2");
  watch.send("ADDED", widget("c", 21));
  await recorder.called("ADDED c@21 (2)");
  assert.deepEqual(
    recorder.calls.filter((call) => /list|page|sync/.test(call)),
    ["list 1", "page 1: a", "list 2", "page 2: a", "synced 2"],
  );
});

test("a watch that ends well goes on from the last event or bookmark", async (t) => {
  const setup = await start(t);
  const first = await live(setup, ["a"], 10);
  first.send("MODIFIED", widget("a", 15));
  first.end();
  const second = await setup.kind.nextWatch();
  assert.equal(second.query.get("resourceVersion"), "15");
  second.bookmark(99);
  second.end();
  assert.equal((await setup.kind.nextWatch()).query.get("resourceVersion"), "99");
  assert.equal(setup.source.state().kind, "live");
});

for (const [title, expire] of [
  ["as an event", async (setup: Setup) => (await setup.kind.nextWatch()).error(410, "Expired")],
  [
    "as the answer",
    async (setup: Setup) => sendStatus((await setup.kind.nextWatchRequest()).response, 410, "Expired"),
  ],
] as const) {
  test(`a watch whose resourceVersion expired (${title}) lists again and watches from there`, async (t) => {
    const setup = await start(t);
    (await live(setup, ["a"], 10)).end();
    await expire(setup);
    await setup.kind.page([widget("b", 1)], { resourceVersion: 30 });
    assert.equal((await setup.kind.nextWatch()).query.get("resourceVersion"), "30");
    await setup.recorder.called("synced 2");
    assert.ok(setup.recorder.calls.includes("page 2: b"));
  });
}

test("a connection that is cut is made again from the last position, without a word", async (t) => {
  const setup = await start(t);
  const first = await live(setup, ["a"], 10);
  first.send("ADDED", widget("b", 11));
  await setup.recorder.called("ADDED b@11 (1)");
  first.write('{"type":"ADDED","object":{"metadata":{"na');
  first.cut();
  const second = await setup.kind.nextWatch();
  assert.equal(second.query.get("resourceVersion"), "11");
  second.send("ADDED", widget("c", 12));
  await setup.recorder.called("ADDED c@12 (1)");
  assert.ok(!setup.recorder.calls.some((call) => call.startsWith("degraded")));
});

test("a watch on which nothing comes is given up and opened again", async (t) => {
  const setup = await start(t, { silentAfterMs: 40 });
  const first = await live(setup, ["a"], 10);
  const second = await setup.kind.nextWatch();
  assert.equal(second.query.get("resourceVersion"), "10");
  second.send("ADDED", widget("b", 11));
  await setup.recorder.called("ADDED b@11 (1)");
  assert.ok(first.isClosed);
  assert.equal(setup.notices[0]?.kind, "silent");
});

test("where the store was put back behind a silent watch, everything is listed again", async (t) => {
  const setup = await start(t, { silentAfterMs: 20 });
  await live(setup, ["a"], 100);
  await setup.kind.nextWatch();
  const probe = await setup.kind.page([], { resourceVersion: 40 });
  assert.equal(probe.get("limit"), "1");
  await setup.kind.page([widget("old", 39)], { resourceVersion: 41 });
  await setup.recorder.called("synced 2");
  assert.equal((await setup.kind.nextWatch()).query.get("resourceVersion"), "41");
});

test("forbidden shows as degraded, is tried again, and recovers", async (t) => {
  const { kind, source, recorder } = await start(t);
  sendStatus((await kind.nextList()).response, 403, "Forbidden");
  await recorder.called("degraded 403");
  const state = source.state();
  assert.ok(state.kind === "degraded" && state.reason.includes("widgets.test.example"));
  sendStatus((await kind.nextList()).response, 403, "Forbidden");
  await kind.page([widget("a", 1)], { resourceVersion: 10 });
  await recorder.called("synced 1");
  sendStatus((await kind.nextWatchRequest()).response, 403, "Forbidden");
  await kind.nextWatch();
  await recorder.called("live");
  assert.deepEqual(recorder.calls, [
    "list 1",
    "degraded 403",
    "syncing",
    "page 1: a",
    "synced 1",
    "degraded 403",
    "live",
  ]);
});

test("an outage that ends for one source ends for the others of its client, however long they meant to wait", async (t) => {
  const hourMs = 3_600_000;
  const backoff = { initialMs: hourMs, maxMs: hourMs, maxRefusedMs: hourMs };
  const { client, kind, recorder } = await start(t, { backoff });
  sendStatus((await kind.nextList()).response, 503, "ServiceUnavailable");
  await recorder.called("degraded 503");
  const other = createSourceRecorder();
  const source = openSource({
    client,
    selection: { type: widgets },
    handlers: other.handlers,
    backoff: fast,
  });
  t.after(() => source.stop());
  sendStatus((await kind.nextList()).response, 503, "ServiceUnavailable");
  await kind.page([widget("a", 1)], { resourceVersion: 10 });
  await other.called("synced 1");
  await kind.page([widget("a", 1)], { resourceVersion: 10 });
  await recorder.called("synced 1");
});

test("relist wakes a source that is waiting to try again", async (t) => {
  const setup = await start(t, {
    backoff: { initialMs: 3_600_000, maxMs: 3_600_000, maxRefusedMs: 3_600_000 },
  });
  sendStatus((await setup.kind.nextList()).response, 403, "Forbidden");
  await setup.recorder.called("degraded 403");
  setup.source.relist("roles changed");
  await live(setup, ["a"], 10);
});

test("relist lists anew beside the watch and loses no event", async (t) => {
  const setup = await start(t);
  const watch = await live(setup, ["a"], 10);
  watch.bookmark(20);
  watch.send("ADDED", widget("b", 21));
  await setup.recorder.called("ADDED b@21 (1)");
  setup.source.relist("asked for");
  await setup.kind.page([widget("a", 1), widget("b", 21)], { resourceVersion: 22 });
  await setup.recorder.called("synced 2");
  watch.send("DELETED", widget("b", 23));
  await setup.recorder.called("DELETED b@23 (2)");
  assert.ok(setup.recorder.calls.includes("page 2: a b"));
});

test("relist after a restore of the store watches from the older state", async (t) => {
  const setup = await start(t);
  const watch = await live(setup, ["a"], 100);
  setup.source.relist("restored");
  await setup.kind.page([widget("a", 1)], { resourceVersion: 40 });
  assert.equal((await setup.kind.nextWatch()).query.get("resourceVersion"), "40");
  await setup.recorder.called("synced 2");
  assert.ok(watch.isClosed);
});

test("an event that is too long is an error that people see, and everything is listed again", async (t) => {
  const setup = await start(t, { maxEventBytes: 2000 });
  const watch = await live(setup, ["a"], 10);
  watch.write(`{"type":"ADDED","object":"${"x".repeat(3000)}`);
  await setup.kind.page([widget("a", 1)], { resourceVersion: 20 });
  await setup.recorder.called("synced 2");
  assert.ok(setup.recorder.calls.some((call) => /^degraded .*longer than 2000 bytes/.test(call)));
  await setup.kind.nextWatch();
  await setup.recorder.called("live", 2);
});

test("an error event that is no 410 lists again instead of meeting it once more", async (t) => {
  const setup = await start(t);
  (await live(setup, ["a"], 10)).error(500, "InternalError");
  await setup.kind.page([widget("a", 1)], { resourceVersion: 20 });
  await setup.recorder.called("synced 2");
  assert.equal((await setup.kind.nextWatch()).query.get("resourceVersion"), "20");
});

test("a handler that throws makes the source list again", async (t) => {
  let failures = 0;
  const recorder = createSourceRecorder((call) => {
    if (call.startsWith("ADDED b") && ++failures === 1) throw new Error("bug in the consumer");
  });
  const setup = await start(t, { recorder });
  (await live(setup, ["a"], 10)).send("ADDED", widget("b", 11));
  await setup.kind.page([widget("a", 1), widget("b", 11)], { resourceVersion: 12 });
  await recorder.called("page 2: a b");
});

test("other shards' objects are dropped, whether or not the server knows shards", async (t) => {
  const range = shardRange(0, 2);
  const names = Array.from({ length: 20 }, (_, i) => `${i * 7919}-${"widget".repeat(i)}`);
  const own = names.filter((name) => hashUid(name) < range.endExclusive);
  const foreign = names.find((name) => !own.includes(name)) ?? "";
  const { kind, recorder } = await start(t, { range, shardOnServer: true });
  const selector = "shardRange(object.metadata.uid,'0x0000000000000000','0x8000000000000000')";
  const query = await kind.page(
    names.map((name) => widget(name, 1)),
    { resourceVersion: 10 },
  );
  assert.equal(query.get("shardSelector"), selector);
  const watch = await kind.nextWatch();
  assert.equal(watch.query.get("shardSelector"), selector);
  watch.send("MODIFIED", widget(foreign, 11));
  watch.send("MODIFIED", widget(own[0] ?? "", 12));
  await recorder.called(`MODIFIED ${own[0]}@12 (1)`);
  assert.ok(recorder.calls.includes(`page 1: ${own.join(" ")}`));
  assert.ok(!recorder.calls.some((call) => call.includes(`${foreign}@`)));
});

test("nothing is called after stop resolves", async (t) => {
  const setup = await start(t);
  const watch = await live(setup, ["a"], 10);
  await setup.source.stop();
  const count = setup.recorder.calls.length;
  watch.send("ADDED", widget("b", 11));
  await setup.source.stop();
  assert.equal(setup.recorder.calls.length, count);
});

const endOfStream = { "k8s.io/initial-events-end": "true" };

test("a streamed list hands over the initial objects as pages and goes on with their watch", async (t) => {
  const { kind, recorder } = await start(t, { initialList: "stream", pageSize: 2 });
  const watch = await kind.nextWatch();
  assert.equal(watch.query.get("sendInitialEvents"), "true");
  assert.equal(watch.query.get("resourceVersionMatch"), "NotOlderThan");
  assert.equal(watch.query.get("resourceVersion"), null);
  for (const name of ["a", "b", "c"]) watch.send("ADDED", widget(name, 1));
  watch.send("MODIFIED", widget("a", 9));
  watch.bookmark(10, endOfStream);
  watch.send("ADDED", widget("d", 11));
  await recorder.called("ADDED d@11 (1)");
  await recorder.called("live");
  assert.deepEqual(
    recorder.calls.filter((call) => call !== "live"),
    ["list 1", "page 1: a b", "page 1: c", "MODIFIED a@9 (1)", "synced 1", "ADDED d@11 (1)"],
  );
  watch.end();
  assert.equal((await kind.nextWatch()).query.get("resourceVersion"), "11");
  assert.ok(!kind.server.requests.some(({ query }) => query.has("limit")));
});

test("where streaming is refused, the list is read in pages for good", async (t) => {
  const setup = await start(t, { initialList: "stream" });
  sendStatus((await setup.kind.nextWatchRequest()).response, 422, "Invalid");
  (await live(setup, ["a"], 10)).error(410, "Expired");
  await setup.kind.page([widget("a", 1)], { resourceVersion: 20 });
  await setup.recorder.called("synced 2");
  assert.deepEqual(
    setup.recorder.calls.filter((call) => call.startsWith("list")),
    ["list 1", "list 2"],
  );
});

test("where the server ignores that a stream was asked for, the list is read in pages", async (t) => {
  const setup = await start(t, { initialList: "stream", initialSilentAfterMs: 30 });
  (await setup.kind.nextWatch()).send("ADDED", widget("a", 1));
  await live(setup, ["a"], 10);
  assert.ok(setup.notices.some((notice) => notice.kind === "no-stream"));
});

test("a stream that breaks before its end is tried again as a stream", async (t) => {
  const { kind, recorder } = await start(t, { initialList: "stream" });
  const first = await kind.nextWatch();
  first.send("ADDED", widget("a", 1));
  first.cut();
  const second = await kind.nextWatch();
  assert.equal(second.query.get("sendInitialEvents"), "true");
  second.send("ADDED", widget("a", 1));
  second.bookmark(10, endOfStream);
  await recorder.called("synced 2");
});

test("a page that fails is asked for again where the list stood", async (t) => {
  const { kind, recorder } = await start(t);
  await kind.page([widget("a", 1)], { resourceVersion: 10, continue: "t" });
  sendJson((await kind.nextList()).response, 500, "no Status");
  assert.equal((await kind.page([widget("b", 1)], { resourceVersion: 10 })).get("continue"), "t");
  await recorder.called("synced 1");
});
