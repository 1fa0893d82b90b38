import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { silentLogger } from "#telemetry/logger.ts";
import { createVirtualClock, type VirtualClock } from "#test/support/virtual-clock.ts";
import { ApiError, TransportError, WriteFenced } from "../client/api-error.ts";
import { startElector, type ElectorOptions } from "./elector.ts";

type Spec = Record<string, unknown>;

/** One Lease as the API server keeps it: with versions, conflicts, and failures on demand. */
function createLeaseStore() {
  let stored: { spec: Spec; version: number; labels?: unknown } | undefined;
  let failure: Error | undefined;
  let hanging = false;
  const conflict = (reason: string): ApiError => new ApiError({ status: 409, reason, message: reason });
  const answer = (): KubeObject => {
    if (stored === undefined) throw new ApiError({ status: 404, reason: "NotFound", message: "not found" });
    return {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: "lease", uid: "u", resourceVersion: String(stored.version), labels: stored.labels },
      spec: stored.spec,
    };
  };
  const guard = async (signal: AbortSignal | undefined): Promise<void> => {
    if (failure !== undefined) throw failure;
    if (hanging)
      await new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  };
  const client: ElectorOptions["client"] = {
    async get(_type, _key, options) {
      await guard(options?.signal);
      return answer();
    },
    async create(_type, _namespace, body, options) {
      await guard(options?.signal);
      if (stored !== undefined) throw conflict("AlreadyExists");
      stored = { spec: (body as { spec: Spec }).spec, version: 1 };
      return answer();
    },
    async update(_type, _key, body, options) {
      await guard(options?.signal);
      const { spec, metadata } = body as KubeObject & { spec: Spec };
      if (stored === undefined || metadata.resourceVersion !== String(stored.version))
        throw conflict("Conflict");
      stored = { ...stored, spec, version: stored.version + 1 };
      return answer();
    },
  };
  return {
    client,
    spec: () => stored?.spec,
    put: (spec: Spec) => {
      stored = { spec, version: (stored?.version ?? 0) + 1, labels: { team: "a" } };
    },
    fail: (error: Error | undefined) => {
      failure = error;
    },
    hang: (value: boolean) => {
      hanging = value;
    },
  };
}

function campaign(store: ReturnType<typeof createLeaseStore>, clock: VirtualClock, identity = "pod-a_1") {
  const lost: string[] = [];
  const elector = startElector({
    client: store.client,
    namespace: "kyverno",
    name: "kyverno-reports-controller",
    identity,
    durationMs: 12_000,
    renewDeadlineMs: 10_000,
    retryMs: 2_000,
    clock,
    random: () => 0,
    log: silentLogger,
    onLost: (reason) => lost.push(reason),
  });
  return { elector, lost };
}

const foreign = {
  holderIdentity: "kyverno-reports-controller-abc",
  leaseDurationSeconds: 12,
  acquireTime: "2020-01-01T00:00:00.000000Z",
  renewTime: "2020-01-01T00:00:00.000000Z",
  leaseTransitions: 4,
};

test("a Lease that does not exist is created, with the fields of client-go's leader election", async () => {
  const store = createLeaseStore();
  const clock = createVirtualClock(Date.UTC(2026, 0, 1));
  const { elector } = campaign(store, clock);
  assert.equal(await elector.acquired(), true);
  assert.deepEqual(store.spec(), {
    holderIdentity: "pod-a_1",
    leaseDurationSeconds: 12,
    acquireTime: "2026-01-01T00:00:00.000000Z",
    renewTime: "2026-01-01T00:00:00.000000Z",
    leaseTransitions: 0,
  });
  await elector.release();
});

test("a held Lease is renewed and keeps its time of acquisition", async () => {
  const store = createLeaseStore();
  const clock = createVirtualClock(Date.UTC(2026, 0, 1));
  const { elector } = campaign(store, clock);
  await clock.advance(60_000);
  assert.equal(elector.state().kind, "held");
  assert.equal(store.spec()?.["acquireTime"], "2026-01-01T00:00:00.000000Z");
  assert.equal(store.spec()?.["renewTime"], "2026-01-01T00:01:00.000000Z");
  await elector.release();
});

test("a foreign Lease that is renewed is waited for and shown, however old its times look", async () => {
  const store = createLeaseStore();
  store.put(foreign);
  const clock = createVirtualClock();
  const { elector } = campaign(store, clock);
  for (let renewal = 0; renewal < 20; renewal++) {
    await clock.advance(6_000);
    store.put({ ...foreign, renewTime: `2020-01-01T00:00:${10 + renewal}.000000Z` });
  }
  assert.deepEqual(elector.state(), {
    kind: "waiting",
    holder: "kyverno-reports-controller-abc",
    since: "2020-01-01T00:00:00.000000Z",
  });
  assert.throws(() => elector.fence(), WriteFenced);
  await elector.release();
  assert.equal(await elector.acquired(), false);
});

test("a foreign Lease is taken once it was seen unchanged for the duration it names, whatever its times say", async () => {
  const store = createLeaseStore();
  store.put({ ...foreign, renewTime: "2099-01-01T00:00:00.000000Z" });
  const clock = createVirtualClock();
  const { elector } = campaign(store, clock);
  await clock.advance(11_000);
  assert.equal(elector.state().kind, "waiting");
  await clock.advance(2_000);
  assert.equal(elector.state().kind, "held");
  assert.equal(store.spec()?.["leaseTransitions"], 5);
  await elector.release();
});

test("a Lease without a holder is taken at once, and what others wrote on it survives", async () => {
  const store = createLeaseStore();
  store.put({ ...foreign, holderIdentity: "", strategy: "OldestEmulationVersion" });
  const clock = createVirtualClock();
  const { elector } = campaign(store, clock);
  await clock.settle();
  assert.equal(elector.state().kind, "held");
  assert.equal(store.spec()?.["strategy"], "OldestEmulationVersion");
  await elector.release();
});

test("the fence opens with the Lease, shrinks by the monotonic clock, and closes before the Lease can lapse", async () => {
  const store = createLeaseStore();
  const clock = createVirtualClock();
  const { elector, lost } = campaign(store, clock);
  await elector.acquired();
  assert.equal(elector.fence(), 10_000);
  store.fail(new TransportError("connect", "refused"));
  await clock.advance(4_000);
  clock.shiftWallClock(-3_600_000);
  assert.equal(elector.fence(), 6_000);
  await clock.advance(6_000);
  assert.throws(() => elector.fence(), WriteFenced);
  assert.deepEqual(lost, ["not renewed for 10000 ms"]);
  assert.equal(elector.state().kind, "lost");
  await elector.release();
});

test("a request that hangs is given up early enough to try again", async () => {
  const store = createLeaseStore();
  const clock = createVirtualClock();
  const { elector, lost } = campaign(store, clock);
  await elector.acquired();
  store.hang(true);
  await clock.advance(5_000);
  store.hang(false);
  await clock.advance(5_000);
  assert.deepEqual(lost, []);
  assert.ok(elector.fence() > 0);
  await elector.release();
});

test("a Lease that another process took is lost for good", async () => {
  const store = createLeaseStore();
  const clock = createVirtualClock();
  const { elector, lost } = campaign(store, clock);
  await elector.acquired();
  store.put({ ...foreign, holderIdentity: "thief" });
  await clock.advance(2_000);
  assert.deepEqual(lost, ["taken by thief"]);
  store.put({ ...foreign, holderIdentity: "" });
  await clock.advance(60_000);
  assert.equal(store.spec()?.["holderIdentity"], "");
  await elector.release();
});

test("release gives the Lease back, and the next process has it at once", async () => {
  const store = createLeaseStore();
  const clock = createVirtualClock();
  const first = campaign(store, clock, "pod-a_1");
  await first.elector.acquired();
  const second = campaign(store, clock, "pod-b_2");
  await clock.advance(4_000);
  assert.equal(second.elector.state().kind, "waiting");
  await first.elector.release();
  assert.equal(store.spec()?.["holderIdentity"], "");
  assert.throws(() => first.elector.fence(), WriteFenced);
  await clock.advance(2_000);
  assert.equal(second.elector.state().kind, "held");
  assert.deepEqual(first.lost, []);
  await second.elector.release();
});

test("of two processes that start at the same moment one gets the Lease", async () => {
  const store = createLeaseStore();
  const clock = createVirtualClock();
  const both = [campaign(store, clock, "pod-a_1"), campaign(store, clock, "pod-b_2")];
  await clock.advance(2_000);
  assert.deepEqual(both.map(({ elector }) => elector.state().kind).sort(), ["held", "waiting"]);
  await Promise.all(both.map(({ elector }) => elector.release()));
});

test("a Lease that may not be read is asked for again, with the reason in the state", async () => {
  const store = createLeaseStore();
  const clock = createVirtualClock();
  store.fail(new ApiError({ status: 403, reason: "Forbidden", message: "leases is forbidden" }));
  const { elector, lost } = campaign(store, clock);
  await clock.advance(10_000);
  assert.deepEqual(elector.state(), { kind: "unreachable", reason: "leases is forbidden" });
  store.fail(undefined);
  await clock.advance(2_500);
  assert.equal(elector.state().kind, "held");
  assert.deepEqual(lost, []);
  await elector.release();
});

test("nothing is left running after release", async () => {
  const store = createLeaseStore();
  const clock = createVirtualClock();
  const { elector } = campaign(store, clock);
  await elector.acquired();
  await elector.release();
  assert.equal(clock.pendingTimers(), 0);
});
