import assert from "node:assert/strict";
import { test } from "node:test";

import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { JournalEntry } from "#engine/cleanup/journal/journal-entry.ts";
import { ApiError } from "#kube/client/api-error.ts";

import { restoreObjects } from "./restore-objects.ts";
import type { RestoreOptions } from "./restore-objects.ts";

const typeOf = (kind: string, resource: string, namespaced: boolean): ResourceType => ({
  group: "",
  version: "v1",
  kind,
  resource,
  namespaced,
  preferred: true,
  verbs: [],
});
const types = [
  typeOf("ConfigMap", "configmaps", true),
  typeOf("Secret", "secrets", true),
  typeOf("Namespace", "namespaces", false),
];

const entryOf = (
  kind: string,
  name: string,
  more: { namespace?: string; leftOut?: readonly string[]; owners?: readonly string[]; labels?: object } = {},
): JournalEntry => ({
  time: "2026-03-01T10:00:05Z",
  cause: { kind: "ClusterCleanupPolicy", name: "stale" },
  run: "2026-03-01T10:00:00Z",
  reason: "selected by the policy",
  uid: `uid-${name}`,
  resource: "",
  owners: more.owners ?? [],
  leftOut: more.leftOut ?? [],
  manifest: {
    apiVersion: "v1",
    kind,
    metadata: {
      name,
      ...(kind === "Namespace" ? {} : { namespace: more.namespace ?? "shop" }),
      ...(more.labels === undefined ? {} : { labels: more.labels }),
    },
  },
});

class FakeServer {
  readonly namespaces = new Set(["shop"]);
  readonly objects = new Map<string, { readonly uid: string }>();
  readonly calls: string[] = [];
  refuse: (name: string) => string | undefined = () => undefined;

  readonly client: RestoreOptions["client"] = {
    create: async (_type, namespace, body, options = {}) => {
      const { kind, metadata } = body as KubeObject;
      const { name } = metadata;
      this.calls.push(`${options.dryRun === true ? "ask" : "create"} ${name}`);
      if (namespace !== undefined && !this.namespaces.has(namespace))
        throw new ApiError({ status: 404, reason: "NotFound", message: `no namespace ${namespace}` });
      const problem = this.refuse(name);
      if (problem !== undefined) throw new ApiError({ status: 422, reason: "Invalid", message: problem });
      if (this.objects.has(name)) throw new ApiError({ status: 409, reason: "AlreadyExists", message: name });
      if (options.dryRun !== true) {
        this.objects.set(name, { uid: "new" });
        if (kind === "Namespace") this.namespaces.add(name);
      }
      return { ...(body as KubeObject), metadata: { ...metadata, uid: "new", resourceVersion: "1" } };
    },
    get: async (_type, { name }) => {
      const uid = this.objects.get(name)?.uid;
      if (uid === undefined) throw new ApiError({ status: 404, reason: "NotFound", message: name });
      return { apiVersion: "v1", kind: "", metadata: { name, uid, resourceVersion: "1" } };
    },
  };

  async restore(entries: readonly JournalEntry[], more: { really?: boolean; withoutData?: boolean } = {}) {
    const { really = false, withoutData = false } = more;
    const objects = await restoreObjects(entries, { client: this.client, types, really, withoutData });
    return objects.map(({ entry, action, note }) => [entry.manifest.metadata.name, action, note]);
  }
}

test("without a yes the server is asked, and nothing is created", async () => {
  const server = new FakeServer();
  assert.deepEqual(await server.restore([entryOf("ConfigMap", "a")]), [["a", "create", ""]]);
  assert.deepEqual(server.calls, ["ask a"]);
});

test("each object is checked before it is created, and one that is refused keeps no other back", async () => {
  const server = new FakeServer();
  server.refuse = (name) => (name === "bad" ? "not like this" : undefined);
  const entries = [entryOf("ConfigMap", "bad"), entryOf("ConfigMap", "good")];
  assert.deepEqual(await server.restore(entries, { really: true }), [
    ["bad", "error", "not like this"],
    ["good", "created", ""],
  ]);
  assert.ok(!server.calls.includes("create bad"));
});

test("what exists is told of and never changed: the same object, or another of its name", async () => {
  const server = new FakeServer();
  server.objects.set("lives", { uid: "uid-lives" });
  server.objects.set("again", { uid: "other" });
  const entries = [entryOf("ConfigMap", "lives"), entryOf("ConfigMap", "again")];
  assert.deepEqual(await server.restore(entries, { really: true }), [
    ["lives", "exists", "it was not deleted"],
    ["again", "exists", "another object has its name; it is left as it is"],
  ]);
});

test("an object whose address is taken by itself exists", async () => {
  const server = new FakeServer();
  server.objects.set("lives", { uid: "uid-lives" });
  server.refuse = () => "the address is taken";
  assert.deepEqual(await server.restore([entryOf("ConfigMap", "lives"), entryOf("ConfigMap", "gone")]), [
    ["lives", "exists", "it was not deleted"],
    ["gone", "error", "the address is taken"],
  ]);
});

test("a namespace comes before what is in it, also where nothing is created yet", async () => {
  const entries = [
    entryOf("ConfigMap", "a", { namespace: "gone" }),
    entryOf("Namespace", "gone"),
    entryOf("ConfigMap", "b", { namespace: "elsewhere" }),
  ];
  const asked = await new FakeServer().restore(entries);
  assert.deepEqual(asked, [
    ["gone", "create", ""],
    ["a", "create", ""],
    ["b", "error", "no namespace elsewhere"],
  ]);
  const created = await new FakeServer().restore(entries.slice(0, 2), { really: true });
  assert.deepEqual(
    created.map(([, action]) => action),
    ["created", "created"],
  );
});

test("an object whose data was not written down is created only where that is asked for", async () => {
  const server = new FakeServer();
  const entries = [entryOf("Secret", "key", { leftOut: ["data"] })];
  assert.deepEqual(await server.restore(entries, { really: true }), [
    ["key", "left out", "data was not written down; --without-data creates it without"],
  ]);
  assert.deepEqual(server.calls, []);
  assert.deepEqual(await server.restore(entries, { really: true, withoutData: true }), [
    ["key", "created", "without data"],
  ]);
});

test("what there is to know of a restored object is told", async () => {
  const labels = { "cleanup.kyverno.io/ttl": "1h" };
  const entries = [entryOf("ConfigMap", "a", { owners: ["Deployment/web"], labels }), entryOf("Widget", "w")];
  assert.deepEqual(await new FakeServer().restore(entries), [
    ["a", "create", "was owned by Deployment/web; its label cleanup.kyverno.io/ttl will delete it again"],
    ["w", "error", "v1 Widget is not served here"],
  ]);
});
