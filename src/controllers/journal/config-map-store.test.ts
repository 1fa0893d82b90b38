import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { journalDataKey, journalNames } from "#engine/cleanup/journal/journal-names.ts";
import { buildJournalEntry } from "#engine/cleanup/journal/journal-entry.ts";
import { ApiError } from "#kube/client/api-error.ts";
import { createConfigMapStore } from "./config-map-store.ts";
import { deletedConfigMap, entriesIn, noise } from "./journal-world.fixture.ts";
import type { JournalBatch } from "./journal-store.ts";

class FakeNamespace {
  readonly objects = new Map<string, KubeObject>();
  refusal: ApiError | undefined;
  #version = 0;

  #store(body: object): KubeObject {
    const object = body as KubeObject;
    const resourceVersion = String((this.#version += 1));
    const stored = {
      ...object,
      metadata: { ...object.metadata, uid: object.metadata.name, resourceVersion },
    };
    this.objects.set(object.metadata.name, stored);
    return stored;
  }

  readonly client: Parameters<typeof createConfigMapStore>[0]["client"] = {
    listPage: () => Promise.resolve({ items: [...this.objects.values()], resourceVersion: "1" }),
    create: async (_type, _namespace, body) => {
      if (this.refusal !== undefined) throw this.refusal;
      return this.#store(body);
    },
    update: async (_type, { name }, body) => {
      if (this.refusal !== undefined) throw this.refusal;
      const known = this.objects.get(name);
      const given = (body as KubeObject).metadata.resourceVersion;
      if (known?.metadata.resourceVersion !== given)
        throw new ApiError({ status: 409, reason: "Conflict", message: "changed" });
      return this.#store(body);
    },
    delete: async (_type, { name }) => {
      this.objects.delete(name);
      return undefined;
    },
  };

  contents(): readonly (readonly string[])[] {
    return [...this.objects.values()].map((object) => {
      const data = (object["binaryData"] as Readonly<Record<string, string>>)[journalDataKey] ?? "";
      return entriesIn(Buffer.from(data, "base64")).map(({ manifest }) => manifest.metadata.name);
    });
  }
}

const openStore = (more: { maxBytes?: number; chunkBytes?: number } = {}) => {
  const namespace = new FakeNamespace();
  const clock = { time: "2026-03-01T10:00:05Z" };
  let count = 0;
  const store = createConfigMapStore({
    client: namespace.client,
    namespace: "kyverno",
    maxBytes: 1_000_000,
    retentionMs: 7 * 86_400_000,
    time: () => clock.time,
    uniqueText: () => String((count += 1)),
    ...more,
  });
  return { namespace, store, clock };
};

const batchOf = (name: string, more: { run?: string; length?: number } = {}): JournalBatch => {
  const object = deletedConfigMap(name, { ...more, data: { key: noise(more.length ?? 100) } });
  const options = { time: "2026-03-01T10:00:05Z", includeSecretData: false };
  const lines = [JSON.stringify(buildJournalEntry(object, options))];
  return { cause: object.cause, run: object.run, lines };
};

test("the entries of a run share a ConfigMap that says what it holds", async () => {
  const { namespace, store } = openStore();
  await store.append(batchOf("a"));
  await store.append(batchOf("b"));
  await store.append(batchOf("c", { run: "2026-03-01T11:00:00Z" }));
  assert.deepEqual(namespace.contents(), [["a", "b"], ["c"]]);
  const [first] = namespace.objects.values();
  assert.deepEqual(first?.metadata["labels"], {
    "app.kubernetes.io/part-of": "rearguard",
    [journalNames.marker]: "true",
    [journalNames.policy]: "ClusterCleanupPolicy.stale",
    [journalNames.run]: "2026-03-01T100000Z",
  });
  const annotations = first?.metadata["annotations"] as Readonly<Record<string, string>>;
  assert.equal(annotations[journalNames.policy], "ClusterCleanupPolicy/stale");
  assert.equal(annotations[journalNames.entries], "2");
});

test("a ConfigMap that is large enough is followed by another", async () => {
  const { namespace, store } = openStore({ chunkBytes: 10 });
  await store.append(batchOf("a"));
  await store.append(batchOf("b"));
  assert.deepEqual(namespace.contents(), [["a"], ["b"]]);
});

test("a ConfigMap that others changed is left as it is", async () => {
  const { namespace, store } = openStore();
  await store.append(batchOf("a"));
  const [[name, object] = ["", undefined]] = namespace.objects;
  assert.ok(object);
  namespace.objects.set(name, { ...object, metadata: { ...object.metadata, resourceVersion: "foreign" } });
  await store.append(batchOf("b"));
  assert.deepEqual(namespace.contents(), [["a"], ["b"]]);
});

test("a full journal refuses until what is in it is older than the retention", async () => {
  const { namespace, store, clock } = openStore({ maxBytes: 1_500 });
  await store.append(batchOf("a", { length: 1_000 }));
  await assert.rejects(store.append(batchOf("b", { length: 1_000 })), { reason: "full" });
  clock.time = "2026-03-09T10:00:00Z";
  await store.append(batchOf("b", { length: 1_000 }));
  assert.deepEqual(namespace.contents(), [["b"]]);
});

test("what an earlier process left counts", async () => {
  const { namespace, store } = openStore();
  await store.append(batchOf("a", { length: 1_000 }));
  const next = createConfigMapStore({
    client: namespace.client,
    namespace: "kyverno",
    maxBytes: store.bytes + 100,
    retentionMs: 7 * 86_400_000,
    time: () => "2026-03-01T10:00:05Z",
    uniqueText: () => "next",
  });
  await assert.rejects(next.append(batchOf("b", { length: 1_000 })), { reason: "full" });
});

test("an object that fits into no ConfigMap is too large, and what is forbidden says so", async () => {
  const { namespace, store } = openStore({ maxBytes: 10_000_000 });
  await assert.rejects(store.append(batchOf("a", { length: 1_500_000 })), { reason: "too large" });
  namespace.refusal = new ApiError({ status: 403, reason: "Forbidden", message: "not you" });
  await assert.rejects(store.append(batchOf("b")), { reason: "forbidden", message: /kyverno.*not you/ });
  namespace.refusal = undefined;
  await store.append(batchOf("b"));
  assert.deepEqual(namespace.contents(), [["b"]]);
});
