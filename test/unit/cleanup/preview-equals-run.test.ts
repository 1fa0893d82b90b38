import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { configMaps, FakeCluster, staleTask } from "#controllers/cleanup/cleanup-world.fixture.ts";
import { runPolicy } from "#controllers/cleanup/run/run-policy.ts";
import { previewPolicy } from "#cli/preview/preview-policy.ts";
import type { PreviewWorld } from "#cli/preview/preview-world.ts";

const annotationsOf = fc.record(
  {
    "cleanup.rearguard.io/max-deletions": fc.constantFrom("0", "2", "5", "50"),
    "cleanup.rearguard.io/max-percent": fc.constantFrom("10", "50", "100"),
    "cleanup.rearguard.io/keep-last": fc.constantFrom("0", "1", "3"),
    "cleanup.rearguard.io/keep-last-by": fc.constantFrom("app", "app,tier"),
    "cleanup.rearguard.io/mode": fc.constantFrom("audit", "delete"),
    "cleanup.rearguard.io/mod": fc.constant("audit"),
  },
  { requiredKeys: [] },
);

const objectOf = fc.record({
  labels: fc.record({
    stale: fc.constantFrom("yes", "yes", "no"),
    app: fc.constantFrom("a", "b", "c"),
    tier: fc.constantFrom("x", "y"),
  }),
  annotations: fc.record(
    { "cleanup.rearguard.io/protect": fc.constantFrom("never", "2020-01-01", "2199-01-01", "soon") },
    { requiredKeys: [] },
  ),
  creationTimestamp: fc
    .integer({ min: 1, max: 28 })
    .map((day) => `2025-06-${String(day).padStart(2, "0")}T00:00:00Z`),
  deletionTimestamp: fc.option(fc.constant("2025-07-01T00:00:00Z"), { freq: 8, nil: undefined }),
  namespace: fc.constantFrom("shop", "shop", "kyverno", "kube-system"),
});

function worldOf(cluster: FakeCluster): PreviewWorld {
  return {
    types: [configMaps],
    live: true,
    problems: [],
    isClusterScoped: () => false,
    context: { lookUp: () => ({ kind: "unavailable" }) },
    targets: { find: () => ({ kind: "objects", objects: [] }) },
    sources: { find: () => ({ kind: "objects", objects: [] }) },
    namespace: () => undefined,
    load: () => Promise.resolve(),
    async each(_types, _namespace, handle) {
      for (const object of cluster.objects.values()) await handle(object, configMaps);
      return [];
    },
    close: () => Promise.resolve(),
  };
}

describe("a preview", () => {
  it("names exactly what the next run deletes, over policies and objects of all kinds", async () => {
    await fc.assert(
      fc.asyncProperty(annotationsOf, fc.array(objectOf, { maxLength: 20 }), async (annotations, objects) => {
        const cluster = new FakeCluster();
        for (const [index, metadata] of objects.entries()) cluster.put(`o-${index}`, metadata);
        const task = staleTask({ annotations });
        const options = { nowMs: cluster.clock.now(), ownNamespace: "kyverno", timeZone: "UTC" };
        const preview = await previewPolicy(task, "0 * * * *", worldOf(cluster), options);
        const goes =
          preview.outcome === "deletes" ? preview.objects.filter(({ action }) => action === "delete") : [];
        const before = new Set(cluster.objects.keys());
        if (preview.outcome !== "cannot run") {
          await runPolicy(cluster.world, {
            task,
            served: [configMaps],
            scheduledMs: options.nowMs,
            confirmed: false,
            observer: { deleted: () => {}, failed: () => {}, marked: () => {}, wouldDelete: () => {} },
            signal: new AbortController().signal,
            waits: () => false,
            isCurrent: () => true,
          });
        }
        const gone = [...before].filter((name) => !cluster.objects.has(name));
        assert.deepEqual(goes.map(({ name }) => name).toSorted(), gone.toSorted());
      }),
      { numRuns: 200 },
    );
  });
});
