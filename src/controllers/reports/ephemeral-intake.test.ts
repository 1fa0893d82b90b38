import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { everyUid } from "#api/meta/uid-range.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";
import type { ReportOwner } from "#reports/owner.ts";
import { silentLogger } from "#telemetry/logger.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { createEphemeralIntake } from "./ephemeral-intake.ts";
import type { EphemeralIntakeDeps } from "./ephemeral-intake.ts";
import type { EphemeralStore, OwnerLookup } from "./ephemeral-store.ts";

const start = Date.UTC(2026, 0, 1);

const results: readonly PolicyReportResult[] = [
  {
    source: "kyverno",
    policy: "p",
    rule: "r",
    result: "fail",
    timestamp: { seconds: 1, nanos: 0 },
    properties: { process: "admission review" },
  },
];

function ephemeral(
  name: string,
  metadata: Record<string, unknown>,
  list: readonly unknown[] = results,
): KubeObject {
  return {
    apiVersion: "reports.kyverno.io/v1",
    kind: "EphemeralReport",
    metadata: {
      name,
      namespace: "shop",
      uid: `uid-${name}`,
      resourceVersion: "1",
      creationTimestamp: new Date(start).toISOString(),
      labels: { "app.kubernetes.io/managed-by": "kyverno" },
      ...metadata,
    },
    spec: { owner: { apiVersion: "", kind: "", name: "", uid: "" }, results: list },
  };
}

const owned = { ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "web", uid: "u1" }] };
const named = {
  labels: {
    "app.kubernetes.io/managed-by": "kyverno",
    "audit.kyverno.io/resource.gvr": "deployments.v1.apps",
  },
  annotations: { "audit.kyverno.io/resource.namespace": "shop", "audit.kyverno.io/resource.name": "web" },
};
const deployment: ReportOwner = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  namespace: "shop",
  name: "web",
  uid: "u7",
};

function world(options: Partial<EphemeralIntakeDeps> = {}) {
  const clock = createVirtualClock(start);
  const objects = new Map<string, KubeObject>();
  const merged: string[] = [];
  const adopted: string[] = [];
  let lookup: OwnerLookup = { kind: "missing" };
  let failures = 0;
  let tell: SourceHandlers | undefined;
  const store: EphemeralStore = {
    watch(namespaced, handlers) {
      if (namespaced) tell = handlers;
      return { stop: () => Promise.resolve() };
    },
    get: ({ name }) => Promise.resolve(objects.get(name)),
    remove({ name }) {
      return Promise.resolve(objects.delete(name) ? "removed" : "missing");
    },
    findOwner: () => Promise.resolve(lookup),
    adopt(_place, { uid }) {
      adopted.push(uid);
      return Promise.resolve();
    },
  };
  const intake = createEphemeralIntake({
    store,
    reports: {
      mergeEvents(owner, events) {
        if (failures-- > 0) return Promise.reject(new Error("not now"));
        merged.push(`${owner.kind}/${owner.namespace}/${owner.name} ${owner.uid}: ${events.length}`);
        return Promise.resolve();
      },
    },
    isAlive: () => "unknown",
    uidRange: everyUid,
    clock,
    random: () => 0,
    log: silentLogger,
    signal: new AbortController().signal,
    ...options,
  });
  intake.start();
  return {
    clock,
    objects,
    merged,
    adopted,
    intake,
    setLookup: (value: OwnerLookup) => (lookup = value),
    failNext: (count: number) => (failures = count),
    add: async (object: KubeObject) => {
      objects.set(object.metadata.name, object);
      await tell?.onEvent("ADDED", object, 1);
      await intake.idle();
    },
  };
}

describe("ephemeral intake", () => {
  it("merges results into the report of the owner, and deletes only then", async () => {
    const { add, merged, objects, intake } = world();
    await add(ephemeral("e1", owned));
    assert.deepEqual(merged, ["Pod/shop/web u1: 1"]);
    assert.equal(objects.size, 0);
    await intake.stop();
  });

  it("knows the owner by labels and annotations", async () => {
    const { add, merged, intake } = world();
    const labels = {
      "app.kubernetes.io/managed-by": "kyverno",
      "audit.kyverno.io/resource.uid": "u2",
      "audit.kyverno.io/resource.version": "v1",
      "audit.kyverno.io/resource.kind": "Pod",
    };
    await add(ephemeral("e1", { labels, annotations: { "audit.kyverno.io/resource.name": "web" } }));
    assert.deepEqual(merged, ["Pod/shop/web u2: 1"]);
    await intake.stop();
  });

  it("tries again later what could not be merged, and keeps it until then", async () => {
    const { add, merged, objects, intake, clock, failNext } = world();
    failNext(2);
    await add(ephemeral("e1", owned));
    assert.equal(objects.size, 1);
    await clock.advance(5_000);
    assert.equal(merged.length, 1);
    assert.equal(objects.size, 0);
    await intake.stop();
  });

  it("waits for an object that is not stored yet, and takes it when it is", async () => {
    const { add, merged, objects, intake, clock, setLookup } = world();
    await add(ephemeral("e1", named));
    await clock.advance(30_000);
    assert.equal(objects.size, 1);
    setLookup({ kind: "found", owner: deployment });
    await clock.advance(10_000);
    assert.deepEqual(merged, ["Deployment/shop/web u7: 1"]);
    await intake.stop();
  });

  for (const [why, metadata] of [
    ["whose object never came", named],
    ["that names no object", {}],
  ] as const) {
    it(`deletes one ${why} after two minutes and not before`, async () => {
      const { add, merged, objects, intake, clock } = world();
      await add(ephemeral("e1", metadata));
      await clock.advance(110_000);
      assert.equal(objects.size, 1);
      await clock.advance(20_000);
      assert.equal(objects.size, 0);
      assert.deepEqual(merged, []);
      await intake.stop();
    });
  }

  it("deletes one whose object it may not look up", async () => {
    const { add, objects, intake, setLookup } = world();
    setLookup({ kind: "forbidden" });
    await add(ephemeral("e1", named));
    assert.equal(objects.size, 0);
    await intake.stop();
  });

  it("discards results of an object that is gone, and empty ones", async () => {
    const { add, merged, objects, intake } = world({ isAlive: () => "gone" });
    await add(ephemeral("e1", owned));
    await add(ephemeral("e2", owned, []));
    assert.deepEqual([merged.length, objects.size], [0, 0]);
    await intake.stop();
  });

  it("leaves alone what others made and what it cannot read", async () => {
    const { add, merged, objects, intake } = world();
    await add(ephemeral("e1", { ...owned, labels: {} }));
    await add(ephemeral("e2", owned, [{ result: "no such result" }]));
    assert.deepEqual([merged.length, objects.size], [0, 2]);
    await intake.stop();
  });

  it("leaves an owned one to the shard of its owner", async () => {
    const none = { startInclusive: 0n, endExclusive: 1n };
    const { add, merged, objects, intake } = world({ uidRange: none });
    await add(ephemeral("e1", owned));
    assert.deepEqual([merged.length, objects.size], [0, 1]);
    await intake.stop();
  });
});
