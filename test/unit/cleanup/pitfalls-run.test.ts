import assert from "node:assert/strict";
import { describe } from "node:test";
import {
  configMaps,
  FakeCluster,
  stale,
  staleTask,
  taskOf,
} from "#controllers/cleanup/cleanup-world.fixture.ts";
import { planCleanupStatus } from "#controllers/cleanup/plan-status.ts";
import { findCandidates } from "#controllers/cleanup/run/find-candidates.ts";
import { runPolicy } from "#controllers/cleanup/run/run-policy.ts";
import type { FinishedRun } from "#controllers/cleanup/run/run-policy.ts";
import { createTally } from "#controllers/cleanup/run/run-tally.ts";
import { createRunTeller } from "#controllers/cleanup/tell-run.ts";
import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import { createEventRecorder } from "#kube/events/event-recorder.ts";
import type { DeleteOptions, ListQuery } from "#kube/client/kube-client.ts";
import { silentLogger } from "#telemetry/logger.ts";
import { pitfall } from "./pitfalls.ts";

const silent = { deleted: () => {}, failed: () => {}, marked: () => {}, wouldDelete: () => {} };

const run = (cluster: FakeCluster, task: CleanupTask = staleTask()): Promise<FinishedRun> =>
  runPolicy(cluster.world, {
    task,
    served: [configMaps],
    scheduledMs: cluster.clock.now(),
    confirmed: false,
    observer: silent,
    signal: new AbortController().signal,
    waits: () => false,
    isCurrent: () => true,
  });

/** What each delete of a run was sent with. */
const recordDeletes = (cluster: FakeCluster): DeleteOptions[] => {
  const sent: DeleteOptions[] = [];
  const remove = cluster.world.client.delete;
  Object.assign(cluster.world.client, {
    delete: (...[type, key, options]: Parameters<typeof remove>) => {
      sent.push(options ?? {});
      return remove(type, key, options);
    },
  });
  return sent;
};

describe("runs", () => {
  pitfall("an object that is gone already stops the run", async () => {
    const cluster = new FakeCluster();
    for (const name of ["a", "b", "c"]) cluster.put(name, stale);
    cluster.before = (verb, name) => void (verb === "delete" && name === "b" && cluster.objects.delete("b"));
    const { outcome, tally } = await run(cluster);
    assert.equal(outcome.kind, "completed");
    assert.deepEqual([tally.deleted, tally.failed, tally.skipped.get("gone")], [2, 0, 1]);
  });

  pitfall("an object that came anew under its name goes", async () => {
    const cluster = new FakeCluster();
    const { uid, resourceVersion } = cluster.put("a", stale).metadata;
    const sent = recordDeletes(cluster);
    cluster.put("b", stale);
    cluster.before = (verb, name) => void (verb === "delete" && name === "b" && cluster.recreate("b", stale));
    const { tally } = await run(cluster);
    assert.deepEqual([...cluster.objects.keys()], ["b"]);
    assert.deepEqual([tally.deleted, tally.skipped.get("gone")], [1, 1]);
    assert.deepEqual([sent[0]?.uid, sent[0]?.resourceVersion], [uid, resourceVersion]);
  });

  pitfall("objects on their way out are deleted and counted again", async () => {
    const cluster = new FakeCluster();
    cluster.put("a", {
      ...stale,
      deletionTimestamp: "2026-01-01T00:00:00Z",
      finalizers: ["x.example.com/y"],
    });
    const { tally } = await run(cluster);
    assert.deepEqual([cluster.calls.delete, tally.matched, tally.skipped.get("terminating")], [0, 0, 1]);
  });

  pitfall("an object held by finalizers is counted in every run", async () => {
    const cluster = new FakeCluster();
    cluster.put("a", { ...stale, finalizers: ["x.example.com/y"] });
    const object = cluster.objects.get("a");
    const remove = cluster.world.client.delete;
    Object.assign(cluster.world.client, {
      delete: async (...args: Parameters<typeof remove>) => {
        await remove(...args);
        cluster.put("a", { ...object?.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" });
        return cluster.objects.get("a");
      },
    });
    const counted = [];
    for (let again = 0; again < 3; again += 1) counted.push((await run(cluster)).tally.deleted);
    assert.deepEqual(counted, [1, 0, 0]);
  });

  pitfall("Jobs leave their Pods behind although the policy says how they go", async () => {
    const spec = { schedule: "* * * * *", match: { any: [{ resources: { kinds: ["ConfigMap"] } }] } };
    for (const propagation of [undefined, "Foreground", "Background", "Orphan"] as const) {
      const cluster = new FakeCluster();
      cluster.put("a");
      const sent = recordDeletes(cluster);
      const says = propagation === undefined ? {} : { deletionPropagationPolicy: propagation };
      await run(cluster, taskOf("ClusterCleanupPolicy", { ...spec, ...says }));
      assert.deepEqual(
        sent.map((options) => options.propagation),
        [propagation],
      );
    }
  });

  pitfall("a status is replaced as a whole", () => {
    const foreign = { type: "Foreign", status: "True", reason: "r", message: "m" };
    const status = { conditionStatus: { conditions: [foreign], other: 1 }, anything: { of: "others" } };
    const spec = { schedule: "* * * * *", matchConstraints: {} };
    const task = taskOf("DeletingPolicy", spec, { status });
    const planned = planCleanupStatus(task, { nextMs: 60_000 }, 0) as {
      readonly status: {
        readonly conditionStatus: { readonly conditions: readonly { readonly type: string }[] };
      };
    };
    assert.deepEqual(
      planned.status.conditionStatus.conditions.map(({ type }) => type),
      ["Foreign", "Ready", "LimitHeld"],
    );
    assert.deepEqual(Object.keys(planned.status.conditionStatus).toSorted(), [
      "conditions",
      "message",
      "ready",
    ]);
    assert.ok(!("anything" in planned.status), "a merge patch leaves alone what it does not name");
  });

  pitfall("Events of success are sent unasked", async () => {
    for (const generateSuccessEvents of [false, true]) {
      const cluster = new FakeCluster();
      let created = 0;
      const recorder = createEventRecorder({
        client: {
          create: (_type, _namespace, body) => {
            created += 1;
            return Promise.resolve(body as Awaited<ReturnType<typeof cluster.world.client.get>>);
          },
        },
        settings: () => ({
          generateSuccessEvents,
          successEventActions: [],
          omitEvents: [],
          maxQueuedEvents: 100,
        }),
        hostName: "host",
        clock: cluster.clock,
        log: silentLogger,
        onOutcome: () => {},
      });
      const counted: string[] = [];
      const counts = { deleted: () => counted.push("deleted"), failed: () => {} };
      const teller = createRunTeller(recorder, counts, () => false);
      const object = cluster.put("a", stale);
      const { uid, name, resourceVersion } = object.metadata;
      const target = { uid, name, resourceVersion, type: configMaps, namespace: "shop", createdMs: 0 };
      teller.observerOf(staleTask()).deleted(target, object);
      await recorder.idle();
      assert.equal(created, generateSuccessEvents ? 1 : 0);
      assert.deepEqual(counted, ["deleted"], "metrics count it in any case");
    }
  });

  pitfall("a whole collection is held in memory", async () => {
    const cluster = new FakeCluster();
    for (let index = 0; index < 5; index += 1)
      cluster.put(`o-${index}`, { ...stale, annotations: { big: "x".repeat(9_000) } });
    const queries: ListQuery[] = [];
    const { listPage } = cluster.world.client;
    const client = {
      ...cluster.world.client,
      listPage: (...[type, query]: Parameters<typeof listPage>) => {
        queries.push(query);
        return listPage(type, query);
      },
    };
    const world = { ...cluster.world, client, pageSize: 2 };
    const namespaces = new Map([["shop", { labels: {}, annotations: {} }]]);
    const signal = new AbortController().signal;
    const context = world.openContext();
    const tally = createTally();
    const found = await findCandidates({ task: staleTask(), world, context, namespaces, tally, signal }, [
      configMaps,
    ]);
    assert.equal(found.candidates.size, 5);
    assert.ok(
      JSON.stringify([...found.candidates.values()]).length < 5 * 600,
      "only where it is, is kept of an object",
    );
    assert.deepEqual(
      queries.map(({ limit }) => limit),
      [2],
    );
  });
});
