import assert from "node:assert/strict";
import { describe, it } from "node:test";
import PQueue from "p-queue";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import type { ContextEpoch } from "./context-epoch.ts";
import { builtIn } from "./fake-cluster.fixture.ts";
import { ObjectTable } from "./object-table.ts";
import { createPassRunner } from "./pass-runner.ts";
import type { ListPages } from "./pass-runner.ts";
import type { PassRequest } from "./pass-request.ts";
import { pod } from "./scan-world.fixture.ts";

const request = (policy: string, more: Partial<PassRequest> = {}): PassRequest => ({
  policies: new Set([policy]),
  namespaces: undefined,
  reason: "policy",
  ...more,
});

interface List {
  readonly namespace: string | undefined;
  page(...names: string[]): Promise<void>;
  end(): void;
  fail(error: Error): void;
}

function setUp() {
  const clock = createVirtualClock();
  const aborting = new AbortController();
  const lists: List[] = [];
  const judged: string[] = [];
  const told: string[] = [];
  const scan = {
    type: builtIn.pods,
    table: new ObjectTable(),
    synced: true,
    signal: aborting.signal,
    judgeListed: (
      objects: readonly { metadata: { name: string } }[],
      policies: unknown,
      _: unknown,
      since: number,
    ) => {
      const keys = policies === "all" ? "all" : [...(policies as Set<string>)].join("+");
      judged.push(`${objects.map(({ metadata }) => metadata.name).join(" ")} by ${keys} since ${since}`);
      return Promise.resolve();
    },
  };
  const listPages: ListPages = (_type, { namespace }, handle, onListStart) => {
    onListStart();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const page = (...names: string[]): Promise<void> => handle(names.map((name) => pod(name, "red")));
    lists.push({ namespace, page, end: resolve, fail: reject });
    return promise;
  };
  const lane = new PQueue({ concurrency: 2 });
  const runner = createPassRunner(scan, {
    listPages,
    newEpoch: () => ({}) as ContextEpoch,
    clock,
    observer: {
      passFinished: (_type, { reason }) => told.push(`finished ${reason}`),
      passFailed: (_type, error) => told.push(`failed ${String(error)}`),
    },
    laneOf: () => lane,
    retryDelayMs: (failures) => failures * 1_000,
  });
  const list = (index: number): List => {
    const found = lists[index];
    assert.ok(found);
    return found;
  };
  return { clock, scan, runner, lists, list, judged, told, aborting };
}

describe("passes over a kind", () => {
  it("waits until the kind was listed", async () => {
    const { scan, runner, lists, clock } = setUp();
    scan.synced = false;
    runner.request(request("p"));
    await clock.settle();
    assert.equal(lists.length, 0);
    scan.synced = true;
    runner.resume();
    await clock.settle();
    assert.equal(lists.length, 1);
  });

  it("never runs twice at once, and takes in what is asked for meanwhile", async () => {
    const { runner, lists, list, judged, told, clock } = setUp();
    runner.request(request("p"));
    await clock.settle();
    for (const policy of ["q", "r"]) runner.request(request(policy));
    await clock.settle();
    assert.equal(lists.length, 1);
    list(0).end();
    await clock.settle();
    await list(1).page("a");
    assert.deepEqual(judged, ["a by q+r since 0"]);
    list(1).end();
    await clock.settle();
    assert.deepEqual(told, ["finished policy", "finished policy"]);
    assert.equal(runner.busy(), false);
  });

  it("takes every page for as old as the list", async () => {
    const { scan, runner, list, judged, clock } = setUp();
    runner.request(request("p"));
    await clock.settle();
    await list(0).page("a");
    scan.table.noteSeen(scan.table.note("b", { name: "b", namespace: "shop" }, 1), "new");
    await list(0).page("b");
    assert.deepEqual(judged, ["a by p since 0", "b by p since 0"]);
  });

  it("lists one namespace after the other, each with an age of its own", async () => {
    const { scan, runner, lists, list, judged, clock } = setUp();
    runner.request(request("p", { namespaces: new Set(["shop", "bank"]) }));
    await clock.settle();
    scan.table.noteSeen(scan.table.note("b", { name: "b", namespace: "shop" }, 1), "new");
    list(0).end();
    await clock.settle();
    await list(1).page("b");
    assert.deepEqual(
      [lists.map(({ namespace }) => namespace), judged],
      [["shop", "bank"], ["b by p since 1"]],
    );
  });

  it("tries again after a growing pause, with what came meanwhile", async () => {
    const { runner, lists, list, judged, told, clock } = setUp();
    runner.request(request("p"));
    await clock.settle();
    list(0).fail(new Error("503"));
    await clock.settle();
    runner.request(request("q"));
    await clock.advance(999);
    assert.equal(lists.length, 1);
    await clock.advance(1);
    list(1).fail(new Error("503"));
    await clock.advance(1_999);
    assert.equal(lists.length, 2);
    await clock.advance(1);
    await list(2).page("a");
    assert.deepEqual(judged, ["a by p+q since 0"]);
    assert.deepEqual(told, ["failed Error: 503", "failed Error: 503"]);
  });

  it("goes on with the first pause after a success", async () => {
    const { runner, lists, list, clock } = setUp();
    runner.request(request("p"));
    await clock.settle();
    list(0).fail(new Error("503"));
    await clock.advance(1_000);
    list(1).end();
    await clock.settle();
    runner.request(request("p"));
    await clock.settle();
    list(2).fail(new Error("503"));
    await clock.advance(1_000);
    assert.equal(lists.length, 4);
  });

  it("does nothing more when the kind ends", async () => {
    const { runner, lists, list, told, aborting, clock } = setUp();
    runner.request(request("p"));
    await clock.settle();
    runner.request(request("q"));
    aborting.abort();
    list(0).fail(new Error("aborted"));
    await clock.advance(60_000);
    assert.deepEqual([lists.length, told], [1, []]);
  });
});
