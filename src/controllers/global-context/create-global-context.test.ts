import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ContextAnswer, PermissionScope } from "#engine/context/context-source.ts";
import type { Json } from "#engine/values/json.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { createGlobalContext } from "./create-global-context.ts";
import type { GlobalRequest } from "./create-global-context.ts";
import type { EntryFeed, FeedState } from "./entry-feed.ts";

const cluster: PermissionScope = { policyKind: "ClusterPolicy", policyName: "p" };
const page = (epoch: number) => ({ epoch, superseded: () => false });
const ask = (entry: string, projection?: string): GlobalRequest => ({
  kind: "globalReference",
  entry,
  ...(projection === undefined ? {} : { projection }),
});

const entry = (name: string, spec: object = {}, uid = name): KubeObject => ({
  apiVersion: "kyverno.io/v2beta1",
  kind: "GlobalContextEntry",
  metadata: { name, uid, resourceVersion: "1" },
  spec: { kubernetesResource: { version: "v1", resource: "pods" }, ...spec },
});

/** A feed that a test moves. */
class HandFeed implements EntryFeed {
  #state: FeedState = { kind: "loading" };
  #data: Json = null;
  #version = 0;
  readonly #onChange: () => void;
  isStopped = false;
  retries = 0;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }
  state = (): FeedState => this.#state;
  data = (): Json => this.#data;
  version = (): number => this.#version;
  retry = (): void => void (this.retries += 1);
  stop = (): Promise<void> => {
    this.isStopped = true;
    return Promise.resolve();
  };
  give(data: Json): void {
    this.#data = data;
    this.#version += 1;
    this.#state = { kind: "ready", refreshedMs: 0 };
    this.#onChange();
  }
  fail(reason: string): void {
    this.#state = { kind: "failed", reason };
    this.#onChange();
  }
}

function setUp(isServed = true) {
  const clock = createVirtualClock();
  const feeds: HandFeed[] = [];
  const changes: string[] = [];
  const standings: string[] = [];
  const stopping = new AbortController();
  const context = createGlobalContext({
    openFeed: (_entry, onChange) => {
      const feed = new HandFeed(onChange);
      feeds.push(feed);
      return feed;
    },
    hash: (value) => JSON.stringify(value),
    isServed: () => isServed,
    onChanged: (name, names) => changes.push(`${name}: ${names === "all" ? names : [...names].join("|")}`),
    onStanding: ({ name, standing }) => standings.push(`${name} ${standing.kind}`),
    clock,
    signal: stopping.signal,
  });
  const { handlers } = context;
  const list = async (...objects: readonly KubeObject[]): Promise<void> => {
    await handlers.onPage(objects, page(1));
    await handlers.onSynced(1);
  };
  const feed = (index: number): HandFeed => {
    const found = feeds[index];
    assert.ok(found);
    return found;
  };
  return { clock, context, handlers, list, feed, feeds, changes, standings };
}

const failure = (answer: ContextAnswer): string => (answer.kind === "failed" ? answer.message : answer.kind);

describe("global context entries", () => {
  it("answer with their data, and with their projections", async () => {
    const { context, list, feed } = setUp();
    await list(entry("pods", { projections: [{ name: "names", jmesPath: "[].metadata.name" }] }));
    assert.deepEqual(context.lookUp(ask("pods"), cluster), { kind: "pending" });
    feed(0).give([{ metadata: { name: "a" } }]);
    assert.deepEqual(context.lookUp(ask("pods", "names"), cluster), { kind: "value", value: ["a"] });
    assert.equal(
      failure(context.lookUp(ask("pods", "gone"), cluster)),
      'global context entry pods: projection "gone" not found',
    );
    assert.equal(failure(context.lookUp(ask("other"), cluster)), "failed to fetch entry key=other");
    await context.stop();
  });

  it("name a projection that fails on new data, and forget its value of before", async () => {
    const { context, clock, list, feed, standings } = setUp();
    await list(entry("pods", { projections: [{ name: "joined", jmesPath: "join('-', @)" }] }));
    feed(0).give(["a", "b"]);
    assert.deepEqual(context.lookUp(ask("pods", "joined"), cluster), { kind: "value", value: "a-b" });
    feed(0).give([1]);
    assert.match(
      failure(context.lookUp(ask("pods", "joined"), cluster)),
      /^global context entry pods: failed to apply projection "joined": /,
    );
    assert.equal(context.lookUp(ask("pods"), cluster).kind, "value");
    await clock.advance(1_000);
    assert.deepEqual(standings, ["pods failed"]);
    await context.stop();
  });

  it("are closed to policies of a namespace", async () => {
    const { context, list, feed } = setUp();
    await list(entry("pods"));
    feed(0).give([]);
    const tenant = { policyKind: "Policy", policyNamespace: "shop", policyName: "p" };
    assert.match(failure(context.lookUp(ask("pods"), tenant)), /closed to a Policy of a namespace/);
    await context.stop();
  });

  it("keep verdicts waiting while they are read, but not for long", async () => {
    const { context, clock, list, feed, changes } = setUp();
    await list(entry("pods"));
    const settled = context.settle(ask("pods"), cluster);
    await clock.advance(10_000);
    await settled;
    assert.match(failure(context.lookUp(ask("pods"), cluster)), /pods: it is still being read/);
    feed(0).give([]);
    await clock.advance(1_000);
    assert.deepEqual(changes, ["pods: all"]);
    await context.stop();
  });

  it("wake those that wait when the first data come, and tell nobody of it", async () => {
    const { context, clock, list, feed, changes } = setUp();
    await list(entry("pods"));
    const settled = context.settle(ask("pods"), cluster);
    feed(0).give([1]);
    await settled;
    assert.equal(context.lookUp(ask("pods"), cluster).kind, "value");
    await clock.advance(5_000);
    assert.deepEqual(changes, []);
    await context.stop();
  });

  it("tell of changes together, within a second, and of projections only where their value changed", async () => {
    const { context, clock, list, feed, changes } = setUp();
    await list(entry("pods", { projections: [{ name: "count", jmesPath: "length(@)" }] }));
    feed(0).give([1]);
    await clock.advance(1_000);
    context.lookUp(ask("pods", "count"), cluster);
    feed(0).give([2]);
    feed(0).give([3]);
    await clock.advance(100);
    feed(0).give([3, 4]);
    await clock.advance(999);
    assert.deepEqual(changes, ["pods: "]);
    await clock.advance(1);
    assert.deepEqual(changes, ["pods: ", "pods: |count"]);
    await context.stop();
  });

  it("that come late, fail, are replaced or go are told of to those who asked", async () => {
    const { context, clock, handlers, list, feed, changes } = setUp();
    await list();
    context.lookUp(ask("pods"), cluster);
    await handlers.onEvent("ADDED", entry("pods"), 1);
    feed(0).give([]);
    await clock.advance(1_000);
    feed(0).fail("pods is forbidden");
    await clock.advance(1_000);
    assert.equal(
      failure(context.lookUp(ask("pods"), cluster)),
      "global context entry pods: pods is forbidden",
    );
    await handlers.onEvent("MODIFIED", entry("pods", { projections: [] }), 1);
    assert.equal(feed(0).isStopped, true);
    feed(1).give([1]);
    await clock.advance(1_000);
    await handlers.onEvent("DELETED", entry("pods", {}, "another"), 1);
    await handlers.onEvent("DELETED", entry("pods"), 1);
    assert.deepEqual(changes, Array(4).fill("pods: all"));
    assert.equal(failure(context.lookUp(ask("pods"), cluster)), "failed to fetch entry key=pods");
    await context.stop();
  });

  it("whose spec is what it was are left alone, whoever writes their status", async () => {
    const { context, handlers, list, feeds } = setUp();
    await list(entry("pods"));
    await handlers.onEvent("MODIFIED", { ...entry("pods"), status: { ready: true } }, 1);
    assert.equal(feeds.length, 1);
    await context.stop();
  });

  it("say why they have no data: a projection that is none, a source that is none", async () => {
    const { context, clock, list, standings } = setUp();
    await list(
      entry("broken", { projections: [{ name: "x", jmesPath: "[?" }] }),
      entry("odd", { kubernetesResource: { resource: 1 } }),
    );
    assert.match(failure(context.lookUp(ask("broken"), cluster)), /jmespath query for projection "x"/);
    assert.match(failure(context.lookUp(ask("odd"), cluster)), /it cannot be read: spec/);
    await clock.advance(1_000);
    assert.deepEqual(standings, ["broken failed", "odd failed"]);
    await context.stop();
  });

  it("that may not be listed are an error that says so", async () => {
    const { context, handlers } = setUp();
    assert.equal(context.lookUp(ask("pods"), cluster).kind, "pending");
    handlers.onState({ kind: "degraded", reason: "forbidden" });
    assert.match(failure(context.lookUp(ask("pods"), cluster)), /key=pods: GlobalContextEntries: forbidden/);
    await context.stop();
  });

  it("do not exist where the API server has no such kind", () => {
    const { context } = setUp(false);
    const message = "failed to fetch entry key=pods";
    assert.deepEqual(context.lookUp(ask("pods"), cluster), { kind: "failed", message, status: 404 });
  });
});
