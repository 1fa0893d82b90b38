import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { JournalFailure } from "#engine/cleanup/journal/journal-failure.ts";
import { ApiError, TransportError, WriteFenced } from "#kube/client/api-error.ts";

import { configMaps, FakeCluster, namespaceNamed, staleTask } from "../cleanup-world.fixture.ts";
import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import type { Journal, RunWorld } from "../ports.ts";
import { PolicyChanged } from "./delete-targets.ts";
import { runPolicy } from "./run-policy.ts";
import type { FinishedRun, RunObserver } from "./run-policy.ts";

const stale = { labels: { stale: "yes" } };
const silent: RunObserver = { deleted: () => {}, failed: () => {}, marked: () => {}, wouldDelete: () => {} };

function run(
  cluster: FakeCluster,
  task: CleanupTask = staleTask(),
  more: {
    readonly confirmed?: boolean;
    readonly waits?: () => boolean;
    readonly isCurrent?: () => boolean;
    readonly world?: RunWorld;
  } = {},
): Promise<FinishedRun> {
  return runPolicy(more.world ?? cluster.world, {
    task,
    served: [configMaps],
    scheduledMs: cluster.clock.now(),
    confirmed: more.confirmed ?? false,
    observer: silent,
    signal: new AbortController().signal,
    waits: more.waits ?? (() => false),
    isCurrent: more.isCurrent ?? (() => true),
  });
}

describe("a cleanup run", () => {
  it("deletes what is selected, in one call each, and lists twice", async () => {
    const cluster = new FakeCluster();
    for (const name of ["a", "b"]) cluster.put(name, stale);
    cluster.put("fresh");
    const { outcome, tally } = await run(cluster);
    assert.deepEqual(outcome, { kind: "completed" });
    assert.deepEqual([...cluster.objects.keys()], ["fresh"]);
    assert.equal(tally.deleted, 2);
    // Namespaces once, ConfigMaps in both passes.
    assert.deepEqual(cluster.calls, { list: 3, delete: 2, get: 0 });
  });

  it("never deletes an object that came under the name of one that was judged", async () => {
    const cluster = new FakeCluster();
    cluster.put("a", stale);
    let lists = 0;
    cluster.before = (verb, name) => {
      if (verb === "list" && name === "configmaps" && ++lists === 2) cluster.recreate("a", stale);
    };
    const { tally } = await run(cluster);
    assert.deepEqual(cluster.deleted, []);
    assert.equal(tally.skipped.get("gone"), 1);
  });

  it("nor one that comes between the second list and the delete", async () => {
    const cluster = new FakeCluster();
    cluster.put("a", stale);
    let once = true;
    cluster.before = (verb) => {
      if (verb !== "delete" || !once) return;
      once = false;
      cluster.recreate("a", stale);
    };
    await run(cluster);
    assert.deepEqual(cluster.deleted, []);
    assert.ok(cluster.objects.has("a"));
  });

  it("judges again what changed meanwhile, and keeps it where it is not selected any more", async () => {
    const cluster = new FakeCluster();
    for (const name of ["a", "b"]) cluster.put(name, stale);
    let once = true;
    cluster.before = (verb) => {
      if (verb !== "delete" || !once) return;
      once = false;
      cluster.put("a", { labels: { stale: "no" } });
      cluster.put("b", { labels: { stale: "yes", other: "1" } });
    };
    const { tally } = await run(cluster);
    assert.deepEqual([...cluster.objects.keys()], ["a"]);
    assert.equal(tally.skipped.get("changed"), 1);
    assert.equal(tally.deleted, 1);
  });

  it("gives up an object that changes whenever it is looked at", async () => {
    const cluster = new FakeCluster();
    cluster.put("a", stale);
    cluster.before = (verb) => void (verb === "delete" && cluster.put("a", stale));
    const { tally } = await run(cluster);
    assert.equal(tally.deleted, 0);
    assert.equal(tally.skipped.get("changed"), 1);
    assert.equal(cluster.calls.delete, 3);
  });

  it("goes on where one delete is refused", async () => {
    const cluster = new FakeCluster();
    for (const name of ["a", "b", "c"]) cluster.put(name, stale);
    cluster.before = (verb, name) => {
      const refusal = { status: 500, reason: "InternalError", message: "failed calling webhook" };
      if (verb === "delete" && name === "b") throw new ApiError(refusal);
    };
    const { outcome, tally } = await run(cluster);
    assert.deepEqual(outcome, { kind: "completed" });
    assert.deepEqual([...cluster.objects.keys()], ["b"]);
    assert.equal(tally.failed, 1);
    assert.match(tally.problems.join(), /ConfigMap\/shop\/b: failed calling webhook/);
  });

  it("ends at once where the Lease may have lapsed, or nobody answers", async () => {
    for (const failure of [new WriteFenced(), new TransportError("connect", "refused")]) {
      const cluster = new FakeCluster();
      for (let index = 0; index < 50; index += 1) cluster.put(`o-${index}`, stale);
      cluster.before = (verb) => {
        if (verb === "delete") throw failure;
      };
      await assert.rejects(run(cluster), failure);
      assert.ok(
        cluster.calls.delete <= cluster.world.concurrency,
        `${cluster.calls.delete} deletes were tried`,
      );
    }
  });

  it("counts objects on their way out and leaves them alone", async () => {
    const cluster = new FakeCluster();
    cluster.put("a", { ...stale, deletionTimestamp: "2026-01-01T00:00:00Z" });
    const { tally } = await run(cluster);
    assert.equal(cluster.calls.delete, 0);
    assert.equal(tally.skipped.get("terminating"), 1);
  });

  it("deletes nothing where a limit stands in the way, and everything once it is confirmed", async () => {
    const cluster = new FakeCluster();
    for (const name of ["a", "b"]) cluster.put(name, stale);
    const task = staleTask({ annotations: { "cleanup.rearguard.io/max-deletions": "1" } });
    const held = await run(cluster, task);
    assert.deepEqual(held.outcome, { kind: "held", limits: ["2 objects match, the limit is 1"] });
    assert.equal(cluster.calls.delete, 0);
    await run(cluster, task, { confirmed: true });
    assert.equal(cluster.objects.size, 0);
  });

  it("leaves alone what the operator's filters leave out", async () => {
    const cluster = new FakeCluster();
    for (const name of ["a", "b"]) cluster.put(name, stale);
    const world = { ...cluster.world, isFiltered: ({ name }: { readonly name: string }) => name === "a" };
    const { tally } = await run(cluster, staleTask(), { world });
    assert.deepEqual([...cluster.objects.keys()], ["a"]);
    assert.equal(tally.matched, 1);
  });

  it("deletes nothing that the journal could not keep", async () => {
    const cluster = new FakeCluster();
    cluster.put("a", stale);
    const full = new Error("the volume is full");
    const world = { ...cluster.world, journal: { keep: () => Promise.reject(full) } };
    await assert.rejects(run(cluster, staleTask(), { world }), full);
    assert.equal(cluster.calls.delete, 0);
  });

  it("writes every object down before it goes, with the run that it went in", async () => {
    const cluster = new FakeCluster();
    cluster.put("a", stale);
    const kept: unknown[] = [];
    const journal: Journal = {
      keep: async ([deleted]) => {
        kept.push([deleted?.object.metadata.name, deleted?.cause, deleted?.run, cluster.calls.delete]);
      },
    };
    await run(cluster, staleTask(), { world: { ...cluster.world, journal } });
    const at = new Date(cluster.clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
    assert.deepEqual(kept, [["a", { kind: "ClusterCleanupPolicy", name: "stale" }, at, 0]]);
    assert.equal(cluster.deleted.length, 1);
  });

  it("leaves an object alone that is too large for the journal, and goes on", async () => {
    const cluster = new FakeCluster();
    for (const name of ["a", "huge", "b"]) cluster.put(name, stale);
    const journal: Journal = {
      keep: ([deleted]) =>
        deleted?.object.metadata.name === "huge"
          ? Promise.reject(new JournalFailure("too large", "it is too large"))
          : Promise.resolve(),
    };
    const { tally } = await run(cluster, staleTask(), { world: { ...cluster.world, journal } });
    assert.deepEqual([...cluster.objects.keys()], ["huge"]);
    assert.equal(tally.failed, 1);
    assert.deepEqual(tally.problems, ["ConfigMap/shop/huge: it is too large"]);
  });

  it("deletes nothing more once its policy was edited or is gone", async () => {
    const cluster = new FakeCluster();
    for (let index = 0; index < 50; index += 1) cluster.put(`o-${index}`, stale);
    const isCurrent = () => cluster.deleted.length < 3;
    await assert.rejects(run(cluster, staleTask(), { isCurrent }), PolicyChanged);
    assert.ok(cluster.deleted.length < 3 + cluster.world.concurrency, `${cluster.deleted.length} went`);
  });

  it("has nothing under way any more when it fails in the second list", async () => {
    const cluster = new FakeCluster();
    for (let index = 0; index < 50; index += 1) cluster.put(`o-${index}`, stale);
    const world = { ...cluster.world, pageSize: 10, client: { ...cluster.world.client } };
    let pages = 0;
    let underWay = 0;
    world.client.listPage = async (type, query) => {
      const page = await cluster.world.client.listPage(type, query);
      if (type.resource === "namespaces") return page;
      pages += 1;
      if (pages === 3) throw new ApiError({ status: 403, reason: "Forbidden", message: "not any more" });
      return pages === 2 ? { ...page, continue: "more" } : page;
    };
    world.client.delete = async (...args) => {
      underWay += 1;
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return cluster.world.client.delete(...args);
    };
    await assert.rejects(run(cluster, staleTask(), { world }), /not any more/);
    assert.equal(underWay, 0);
    const { length } = cluster.deleted;
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(cluster.deleted.length, length);
  });

  it("asks for a namespace that came while it went on, and obeys its marker", async () => {
    const cluster = new FakeCluster();
    cluster.put("a", { ...stale, namespace: "new" });
    cluster.put("b", stale);
    const annotations = { "cleanup.rearguard.io/protect": "never" };
    cluster.before = (verb, name) => {
      if (verb === "list" && name === "configmaps")
        cluster.namespaces.set("new", namespaceNamed("new", { annotations }));
    };
    const { tally } = await run(cluster);
    assert.deepEqual([...cluster.objects.keys()], ["a"]);
    assert.equal(tally.skipped.get("protected"), 1);
  });

  it("keeps what lives in a namespace of which nothing can be read, and asks for it once", async () => {
    const cluster = new FakeCluster();
    for (const name of ["a", "b"]) cluster.put(name, { ...stale, namespace: "hidden" });
    const { tally } = await run(cluster);
    assert.equal(cluster.calls.delete, 0);
    assert.equal(cluster.calls.get, 1);
    assert.match(tally.problems.join(), /labels of namespace hidden cannot be read/);
  });

  it("waits with names that come back whenever they are deleted", async () => {
    const cluster = new FakeCluster();
    cluster.put("a", stale);
    const { tally } = await run(cluster, staleTask(), { waits: () => true });
    assert.equal(tally.skipped.get("recreated"), 1);
    assert.equal(cluster.calls.delete, 0);
  });

  it("marks first and deletes after the grace period, as long as it is still selected", async () => {
    const cluster = new FakeCluster();
    for (const name of ["a", "b"]) cluster.put(name, stale);
    const task = staleTask({ annotations: { "cleanup.rearguard.io/grace-period": "1h" } });
    const first = await run(cluster, task);
    assert.equal(first.tally.marked, 2);
    assert.equal(cluster.calls.delete, 0);
    await cluster.clock.advance(1_800_000);
    assert.equal((await run(cluster, task)).tally.deleted, 0);
    await cluster.clock.advance(1_800_000);
    cluster.put("b", {
      annotations: cluster.objects.get("b")?.metadata["annotations"],
      labels: { stale: "no" },
    });
    assert.equal((await run(cluster, task)).tally.deleted, 1);
    assert.deepEqual([...cluster.objects.keys()], ["b"]);
  });
});
