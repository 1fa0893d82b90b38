import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Selection, Source, SourceHandlers, SourceState } from "#kube/list-watch/source.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { createSharedBytes } from "./entry-feed.ts";
import { openResourceFeed } from "./resource-feed.ts";

const pods: ResourceType = {
  group: "",
  version: "v1",
  kind: "Pod",
  resource: "pods",
  namespaced: true,
  preferred: true,
  verbs: ["list", "watch"],
};
const pod = (name: string, more: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "shop", uid: name, resourceVersion: "1" },
  ...more,
});
const page = { epoch: 1, superseded: () => false };

function setUp(options: { readonly types?: readonly ResourceType[]; readonly maxBytes?: number } = {}) {
  const clock = createVirtualClock();
  const opened: { readonly selection: Selection; readonly handlers: SourceHandlers; stopped: boolean }[] = [];
  let types = options.types ?? [pods];
  const feed = openResourceFeed(
    { version: "v1", resource: "pods", namespace: "shop" },
    {
      open: (selection, handlers): Source => {
        const one = { selection, handlers, stopped: false };
        opened.push(one);
        return {
          selection,
          state: () => ({ kind: "live" }),
          relist: () => {},
          stop: () => {
            one.stopped = true;
            return Promise.resolve();
          },
        };
      },
      types: () => types,
      hash: (object) => JSON.stringify(object),
      isWithheld: (_type, object) => object.metadata.name === "secret",
      maxBytes: options.maxBytes ?? 100_000,
      shared: createSharedBytes(1_000_000),
      clock,
      onChange: () => {},
    },
  );
  const handlers = (index = 0): SourceHandlers => {
    const found = opened[index];
    assert.ok(found);
    return found.handlers;
  };
  const names = (): unknown[] =>
    (feed.data() as unknown as readonly KubeObject[]).map(({ metadata }) => metadata.name);
  const serve = (now: readonly ResourceType[]): void => void (types = now);
  return { clock, feed, opened, handlers, names, serve };
}

const degraded: SourceState = { kind: "degraded", reason: "pods is forbidden", status: 403 };
const reason = (feed: ReturnType<typeof setUp>["feed"]): string => {
  const state = feed.state();
  return state.kind === "failed" ? state.reason : state.kind;
};

describe("the watched kind of an entry", () => {
  it("is ready when it was listed to its end, and follows the watch", async () => {
    const { feed, opened, handlers, names } = setUp();
    assert.deepEqual(opened[0]?.selection, { type: pods, namespace: "shop" });
    await handlers().onPage([pod("a"), pod("secret")], page);
    assert.equal(feed.state().kind, "loading");
    await handlers().onSynced(1);
    assert.deepEqual([feed.state().kind, names()], ["ready", ["a"]]);
    const version = feed.version();
    await handlers().onEvent("ADDED", pod("b"), 1);
    await handlers().onEvent("DELETED", pod("a"), 1);
    assert.deepEqual(names(), ["b"]);
    assert.notEqual(feed.version(), version);
    await feed.stop();
  });

  it("fails at once where it may not be read, and is ready when it may", async () => {
    const { feed, handlers } = setUp();
    handlers().onState(degraded);
    assert.equal(reason(feed), "cannot read pods of v1 in shop: pods is forbidden");
    await handlers().onSynced(1);
    assert.equal(feed.state().kind, "ready");
    await feed.stop();
  });

  it("keeps its data for a minute where the watch is lost, and no longer", async () => {
    const { clock, feed, handlers } = setUp();
    await handlers().onSynced(1);
    handlers().onState(degraded);
    await clock.advance(59_000);
    assert.equal(feed.state().kind, "ready");
    handlers().onState({ kind: "live" });
    await clock.advance(60_000);
    assert.equal(feed.state().kind, "ready");
    handlers().onState(degraded);
    await clock.advance(60_000);
    assert.match(reason(feed), /forbidden/);
    handlers().onState({ kind: "live" });
    assert.equal(feed.state().kind, "ready");
    await feed.stop();
  });

  it("waits for a kind that is not served", async () => {
    const { feed, opened, serve } = setUp({ types: [] });
    assert.equal(reason(feed), "the API server does not serve pods of v1 in shop");
    serve([pods]);
    feed.retry();
    assert.deepEqual([opened.length, feed.state().kind], [1, "loading"]);
    await feed.stop();
  });

  it("lets go of everything past its bound, says so, and tries again later", async () => {
    const { clock, feed, opened, handlers } = setUp({ maxBytes: 1_000 });
    await handlers().onPage([pod("a"), pod("b", { spec: { text: "x".repeat(1_000) } })], page);
    assert.match(reason(feed), /take more memory/);
    assert.deepEqual([feed.data(), opened[0]?.stopped], [[], true]);
    await handlers().onSynced(1);
    assert.match(reason(feed), /take more memory/);
    await clock.advance(300_000);
    assert.equal(opened.length, 2);
    await handlers(1).onSynced(1);
    assert.equal(feed.state().kind, "ready");
    await feed.stop();
  });
});
