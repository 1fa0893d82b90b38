import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";

import { previewPolicy } from "./preview-policy.ts";
import type { Preview } from "./preview.ts";
import type { PreviewWorld } from "./preview-world.ts";
import { taskOf } from "./read-previewables.ts";
import { renderPreviews } from "./render-preview.ts";

const pods: ResourceType = {
  group: "",
  version: "v1",
  kind: "Pod",
  resource: "pods",
  namespaced: true,
  preferred: true,
  verbs: ["list", "delete"],
};

function pod(name: string, metadata: object = {}): KubeObject {
  const own = { name, namespace: "shop", uid: name, resourceVersion: "1", ...metadata };
  return { apiVersion: "v1", kind: "Pod", metadata: own };
}

function worldOf(objects: readonly KubeObject[]): PreviewWorld {
  return {
    types: [pods],
    live: true,
    problems: [],
    isClusterScoped: () => false,
    context: { lookUp: () => ({ kind: "unavailable" }) },
    targets: { find: () => ({ kind: "objects", objects: [] }) },
    sources: { find: () => ({ kind: "objects", objects: [] }) },
    namespace: () => undefined,
    load: () => Promise.resolve(),
    async each(_types, _namespace, handle) {
      for (const object of objects) await handle(object, pods);
      return ["Secrets may not be listed"];
    },
    close: () => Promise.resolve(),
  };
}

async function preview(annotations: object, schedule = "0 5 * * *"): Promise<Preview> {
  const prepared = taskOf(
    {
      apiVersion: "kyverno.io/v2",
      kind: "ClusterCleanupPolicy",
      metadata: { name: "pods", annotations },
      spec: {
        schedule,
        match: { any: [{ resources: { kinds: ["Pod"] } }] },
        exclude: { any: [{ resources: { names: ["keep-*"] } }] },
      },
    },
    0,
  );
  assert.ok(prepared?.ok);
  const objects = [
    pod("keep-me"),
    pod("web", { ownerReferences: [{ uid: "r", kind: "ReplicaSet", name: "web", controller: true }] }),
    pod("safe", { annotations: { "cleanup.rearguard.io/protect": "never" } }),
    pod("ending", { deletionTimestamp: "2026-01-01T00:00:00Z" }),
  ];
  const options = {
    nowMs: Date.parse("2026-06-01T00:00:00Z"),
    ownNamespace: "kyverno",
    timeZone: "Europe/Berlin",
  };
  return previewPolicy(prepared.value.task, prepared.value.schedule, worldOf(objects), options);
}

describe("previewPolicy", () => {
  it("says what goes, what stays and why, and when", async () => {
    const found = await preview({});
    assert.equal(found.outcome, "deletes");
    assert.equal(found.nextRun, "2026-06-01T03:00:00Z");
    assert.deepEqual(
      found.objects.map(({ name, action, reason }) => [name, action, reason]),
      [
        ["web", "delete", "ReplicaSet/web will create it again"],
        ["safe", "keep", "protected by its marker (never)"],
        ["ending", "keep", "on its way out already"],
      ],
    );
    assert.deepEqual(found.notes, ["Secrets may not be listed"]);
  });

  it("says which limit would hold the run", async () => {
    const found = await preview({ "cleanup.rearguard.io/max-deletions": "0" });
    assert.equal(found.outcome, "held");
    assert.match(found.notes[0] ?? "", /1 objects match, the limit is 0/);
  });

  it("says that an audit deletes nothing, and that objects are marked first", async () => {
    assert.equal((await preview({ "cleanup.rearguard.io/mode": "audit" })).outcome, "audits");
    const marked = await preview({ "cleanup.rearguard.io/grace-period": "1h" });
    assert.match(marked.objects[0]?.reason ?? "", /is marked first/);
  });

  it("says why a policy cannot run", async () => {
    const found = await preview({ "cleanup.rearguard.io/mod": "audit" }, "@midnight");
    assert.equal(found.outcome, "cannot run");
    assert.equal(found.notes.length, 2);
    assert.match(
      renderPreviews([found], { color: false }),
      /cannot run .*\n.*write @daily\n.*mod is not known/,
    );
  });
});
