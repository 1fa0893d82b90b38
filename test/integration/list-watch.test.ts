import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { TestContext } from "node:test";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { hashUid, shardRange } from "#api/meta/uid-range.ts";
import { ApiError, isAlreadyExists, isConflict, isNotFound } from "#kube/client/api-error.ts";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import type { KubeClient, ListPage } from "#kube/client/kube-client.ts";
import { createDiscovery } from "#kube/discovery/create-discovery.ts";
import { fetchPages } from "#kube/list-watch/fetch-pages.ts";
import { openSource } from "#kube/list-watch/open-source.ts";
import type { SourceNotice, SourceOptions } from "#kube/list-watch/source-options.ts";
import { kubectlSkipReason } from "#test/support/control-plane/availability.ts";
import { startTestPlane } from "#test/support/control-plane/start-test-plane.ts";
import type { ControlPlane } from "#test/support/control-plane/test-cluster.ts";
import { createSourceMirror } from "#test/support/source-mirror.ts";
import type { SourceMirror } from "#test/support/source-mirror.ts";

const configMaps: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  resource: "configmaps",
  namespaced: true,
  verbs: ["list", "watch"],
  preferred: true,
};

const namespaces: ResourceType = {
  ...configMaps,
  kind: "Namespace",
  resource: "namespaces",
  namespaced: false,
};

const crds: ResourceType = {
  ...configMaps,
  group: "apiextensions.k8s.io",
  kind: "CustomResourceDefinition",
  resource: "customresourcedefinitions",
  namespaced: false,
};

const configMap = (name: string, data: Readonly<Record<string, string>> = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data,
});

describe("client, source and discovery on an API server", () => {
  let plane: ControlPlane;
  let client: KubeClient;
  let count = 0;
  let knowsShards = true;

  const clientOf = async (kubeconfig: string): Promise<KubeClient> =>
    createKubeClient({
      config: await loadClusterAccess({ kubeconfig, env: {}, homeDir: "/nonexistent" }),
      userAgent: "rearguard/integration",
    });

  /** A namespace with `size` ConfigMaps `c0`, `c1`, … */
  const fill = async (size: number): Promise<string> => {
    const name = `space-${count++}`;
    await client.create(namespaces, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    await Promise.all(
      Array.from({ length: size }, (_, i) => client.create(configMaps, name, configMap(`c${i}`))),
    );
    return name;
  };

  const listed = async (namespace: string): Promise<string[]> => {
    const { items } = await client.listPage(configMaps, { namespace, limit: 1000 });
    return items.map(({ metadata }) => `${namespace}/${metadata.name}@${metadata.resourceVersion}`).sort();
  };

  const open = (
    t: TestContext,
    namespace: string,
    mirror: SourceMirror,
    options: Partial<SourceOptions> = {},
  ): SourceNotice[] => {
    const notices: SourceNotice[] = [];
    const source = openSource({
      client,
      selection: { type: configMaps, namespace },
      handlers: mirror.handlers,
      onNotice: (notice) => notices.push(notice),
      ...options,
    });
    t.after(() => source.stop());
    return notices;
  };

  const isLive = (mirror: SourceMirror) => (): boolean => mirror.state()?.kind === "live";

  before(async () => {
    const options = {
      controllerManager: false,
      users: [{ user: "alice", groups: ["developers"] }],
      apiServerFlags: ["--etcd-compaction-interval=1s"],
    };
    try {
      plane = await startTestPlane({ ...options, featureGates: { ShardedListAndWatch: true } });
    } catch {
      // Before 1.36 the gate is unknown and the API server does not start with it.
      knowsShards = false;
      plane = await startTestPlane(options);
    }
    client = await clientOf(plane.kubeconfigPath);
  });

  after(async () => {
    await client.close();
    await plane.stop();
  });

  test("errors are told apart, preconditions hold, and integers are exact", async () => {
    const namespace = await fill(1);
    await assert.rejects(client.create(configMaps, namespace, configMap("c0")), isAlreadyExists);
    await assert.rejects(client.get(configMaps, { namespace, name: "none" }), isNotFound);
    const read = await client.get(configMaps, { namespace, name: "c0" });
    const stale = { ...read, metadata: { ...read.metadata, resourceVersion: "1" } };
    await assert.rejects(client.update(configMaps, { namespace, name: "c0" }, stale), isConflict);
    const applied = await client.patch(configMaps, { namespace, name: "c0" }, configMap("c0", { a: "b" }), {
      kind: "apply",
      fieldManager: "rearguard",
      metadataOnly: true,
    });
    assert.equal(applied.kind, "ConfigMap");
    assert.equal(applied["data"], undefined);
    const key = { namespace, name: "c0" };
    await assert.rejects(client.delete(configMaps, key, { uid: "other" }), isConflict);
    const { uid, resourceVersion } = applied.metadata;
    assert.equal(await client.delete(configMaps, key, { uid, resourceVersion }), undefined);
  });

  for (const initialList of ["pages", "stream"] as const) {
    test(`a source that reads its first list as ${initialList} mirrors the namespace through changes`, async (t) => {
      const namespace = await fill(25);
      const mirror = createSourceMirror();
      const notices = open(t, namespace, mirror, { initialList, pageSize: 7 });
      await mirror.until(isLive(mirror));
      assert.deepEqual(mirror.contents(), await listed(namespace));
      await client.create(configMaps, namespace, configMap("new"));
      await client.patch(configMaps, { namespace, name: "c1" }, { data: { x: "y" } }, { kind: "merge" });
      await client.delete(configMaps, { namespace, name: "c2" });
      const expected = await listed(namespace);
      await mirror.until(() => mirror.contents().join() === expected.join());
      // Older API servers refuse to stream, which the source takes in its stride.
      assert.deepEqual(
        notices.filter(({ kind }) => kind !== "no-stream"),
        [],
      );
      assert.deepEqual(mirror.epochs, { started: 1, synced: 1 });
    });
  }

  test("a continue token that expired in mid-list goes on, and nothing is lost", async (t) => {
    const namespace = await fill(20);
    let pages = 0;
    let first: ListPage | undefined;
    const mirror = createSourceMirror(async () => {
      pages += 1;
      if (pages !== 1) return;
      first = await client.listPage(configMaps, { namespace, limit: 1 });
      await client.delete(configMaps, { namespace, name: "c5" });
      await client.create(configMaps, namespace, configMap("a-new-one"));
      // Until the API server has compacted what the token reads from.
      for (;;) {
        const answer = await client
          .listPage(configMaps, { namespace, limit: 1, continue: first.continue ?? "" })
          .catch((error: unknown) => error);
        if (answer instanceof ApiError && answer.status === 410) return;
        await client.patch(
          configMaps,
          { namespace, name: "c0" },
          { data: { n: String(Date.now()) } },
          { kind: "merge" },
        );
      }
    });
    open(t, namespace, mirror, { pageSize: 6 });
    await mirror.until(isLive(mirror));
    const expected = await listed(namespace);
    await mirror.until(() => mirror.contents().join() === expected.join());
    assert.equal(mirror.epochs.started, 1);
  });

  for (const mode of ["kill", "graceful"] as const) {
    test(`a source survives a restart of the API server (${mode})`, async (t) => {
      const namespace = await fill(5);
      const mirror = createSourceMirror();
      open(t, namespace, mirror, { backoff: { initialMs: 50, maxMs: 500, maxRefusedMs: 500 } });
      await mirror.until(isLive(mirror));
      await plane.faults.stopApiServer(mode);
      await mirror.until(() => mirror.state()?.kind === "degraded");
      await plane.faults.startApiServer();
      await client.create(configMaps, namespace, configMap("after"));
      await client.delete(configMaps, { namespace, name: "c0" });
      const expected = await listed(namespace);
      await mirror.until(() => mirror.contents().join() === expected.join() && isLive(mirror)());
    });
  }

  test("a source that may not read becomes live when it may", { skip: kubectlSkipReason() }, async (t) => {
    const namespace = await fill(2);
    const alice = await clientOf(await plane.userKubeconfig("alice"));
    t.after(() => alice.close());
    const mirror = createSourceMirror();
    open(t, namespace, mirror, { client: alice, backoff: { initialMs: 50, maxMs: 200, maxRefusedMs: 200 } });
    await mirror.until(() => mirror.state()?.kind === "degraded");
    const state = mirror.state();
    assert.ok(state?.kind === "degraded" && state.status === 403 && state.reason.includes("configmaps"));
    for (const grant of [
      ["create", "role", "reader", "--verb=list,watch", "--resource=configmaps"],
      ["create", "rolebinding", "reader", "--role=reader", "--user=alice"],
    ]) {
      assert.equal((await plane.kubectl([...grant, `--namespace=${namespace}`])).code, 0);
    }
    await mirror.until(isLive(mirror));
    assert.deepEqual(mirror.contents(), await listed(namespace));
  });

  test("shards share the objects, and an API server that knows shards hashes as we do", async (t) => {
    const namespace = await fill(40);
    const parts: string[][] = [];
    for (const index of [0, 1]) {
      const range = shardRange(index, 2);
      const mirror = createSourceMirror();
      let foreign = 0;
      const counting: KubeClient = {
        ...client,
        listPage: async (type, query, options) => {
          const page = await client.listPage(type, query, options);
          foreign += page.items.filter(({ metadata }) => {
            const hash = hashUid(metadata.uid);
            return hash < range.startInclusive || hash >= range.endExclusive;
          }).length;
          return page;
        },
      };
      open(t, namespace, mirror, { client: counting, range, shardOnServer: true, pageSize: 9 });
      await mirror.until(isLive(mirror));
      if (knowsShards) assert.equal(foreign, 0);
      parts.push(mirror.contents());
    }
    assert.ok(parts.every((part) => part.length > 0));
    assert.deepEqual(parts.flat().sort(), await listed(namespace));
  });

  test("pages alone are read to the end", async () => {
    const namespace = await fill(11);
    const sizes: number[] = [];
    const handed = await fetchPages(
      client,
      { type: configMaps, namespace, metadataOnly: true },
      async (objects) => {
        sizes.push(objects.length);
        assert.ok(objects.every((object) => object.kind === "ConfigMap" && object["data"] === undefined));
      },
      { pageSize: 5 },
    );
    assert.deepEqual([handed, sizes], [11, [5, 5, 1]]);
  });

  test("a new and a removed CustomResourceDefinition are noticed within two seconds", async (t) => {
    const discovery = createDiscovery({ client });
    t.after(() => discovery.stop());
    await discovery.refresh();
    assert.equal(discovery.resolve({ kind: "Deployment" })[0]?.version, "v1");
    assert.equal(discovery.resolve({ group: "", kind: "Pod" })[0]?.namespaced, true);
    assert.deepEqual(discovery.stale(), []);
    const isServed = (): boolean => discovery.resolve({ kind: "Gizmo" }).length > 0;
    const until = (wanted: boolean): Promise<void> =>
      new Promise((done) => {
        const check = (): void => {
          if (isServed() === wanted) done();
        };
        discovery.onChange(check);
        check();
      });
    const crd = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "gizmos.test.example" },
      spec: {
        group: "test.example",
        scope: "Namespaced",
        names: { plural: "gizmos", singular: "gizmo", kind: "Gizmo", listKind: "GizmoList" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
            },
          },
        ],
      },
    };
    for (const wanted of [true, false]) {
      const startMs = performance.now();
      if (wanted) await client.create(crds, undefined, crd);
      else await client.delete(crds, { name: crd.metadata.name });
      await until(wanted);
      const tookMs = performance.now() - startMs;
      t.diagnostic(`${wanted ? "created" : "removed"}: ${Math.round(tookMs)} ms`);
      assert.ok(tookMs < 2000, `${tookMs} ms`);
    }
  });

  test("integers beyond 2^53 come back from a custom resource as they were", async () => {
    const group = "exact.example";
    const type = { ...configMaps, group, kind: "Exact", resource: "exacts" };
    await client.create(crds, undefined, {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `exacts.${group}` },
      spec: {
        group,
        scope: "Namespaced",
        names: { plural: "exacts", kind: "Exact" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
          },
        ],
      },
    });
    const namespace = await fill(0);
    const object = {
      apiVersion: `${group}/v1`,
      kind: "Exact",
      metadata: { name: "e" },
      n: 9007199254740993n,
    };
    const create = async (): Promise<unknown> => {
      for (;;) {
        const answer = await client.create(type, namespace, object).catch((error: unknown) => error);
        if (!isNotFound(answer)) return answer; // served a moment after it was created
      }
    };
    await create();
    const read = await client.get(type, { namespace, name: "e" });
    assert.equal(read["n"], 9007199254740993n);
    await client.update(type, { namespace, name: "e" }, read);
    assert.equal((await client.get(type, { namespace, name: "e" }))["n"], 9007199254740993n);
  });
});
