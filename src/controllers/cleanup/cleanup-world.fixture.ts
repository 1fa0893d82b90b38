import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { Budget, defaultBudgetLimits } from "#engine/budget.ts";
import { ApiError } from "#kube/client/api-error.ts";
import type { DeleteOptions } from "#kube/client/kube-client.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import type { RunWorld } from "./ports.ts";
import { policyRows } from "#engine/cleanup/task/policy-rows.ts";
import { prepareTask } from "#engine/cleanup/task/prepare-task.ts";

export const configMaps: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  resource: "configmaps",
  namespaced: true,
  preferred: true,
  verbs: ["list", "watch", "get", "delete", "patch"],
};

const notFound = (): ApiError => new ApiError({ status: 404, reason: "NotFound", message: "not found" });
const conflict = (): ApiError => new ApiError({ status: 409, reason: "Conflict", message: "changed" });

export function namespaceNamed(name: string, metadata: Readonly<Record<string, unknown>> = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, uid: `namespace-${name}`, resourceVersion: "1", ...metadata },
  };
}

/** ConfigMaps in memory, with the preconditions of the API server. */
export class FakeCluster {
  readonly clock = createVirtualClock();
  readonly objects = new Map<string, KubeObject>();
  /** By name; a test may mark one, take one away, or bring one while a run goes on. */
  readonly namespaces = new Map<string, KubeObject>(
    ["shop", "kyverno", "kube-system"].map((name) => [name, namespaceNamed(name)]),
  );
  readonly deleted: string[] = [];
  readonly calls = { list: 0, delete: 0, get: 0 };
  /** Called before each list, get and delete; throws to make the server fail, changes objects to make it race. */
  before: (verb: "list" | "get" | "delete", name: string) => void = () => {};
  #version = 1;
  #uid = 0;

  put(name: string, metadata: Readonly<Record<string, unknown>> = {}): KubeObject {
    const known = this.objects.get(name);
    const object: KubeObject = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name,
        namespace: "shop",
        uid: known?.metadata.uid ?? `uid-${(this.#uid += 1)}`,
        creationTimestamp: "2025-01-01T00:00:00Z",
        ...metadata,
        resourceVersion: String((this.#version += 1)),
      },
    };
    this.objects.set(name, object);
    return object;
  }

  /** Another object under the same name. */
  recreate(name: string, metadata: Readonly<Record<string, unknown>> = {}): void {
    this.objects.delete(name);
    this.put(name, metadata);
  }

  readonly world: RunWorld = {
    client: {
      listPage: (type) => {
        this.calls.list += 1;
        this.before("list", type.resource);
        const items =
          type.resource === "namespaces" ? [...this.namespaces.values()] : [...this.objects.values()];
        return Promise.resolve({ items, resourceVersion: String(this.#version) });
      },
      get: async (type, { name }) => {
        this.calls.get += 1;
        this.before("get", name);
        const found = (type.resource === "namespaces" ? this.namespaces : this.objects).get(name);
        if (found === undefined) throw notFound();
        return found;
      },
      delete: async (_type, { name }, options: DeleteOptions = {}) => {
        this.calls.delete += 1;
        this.before("delete", name);
        const found = this.objects.get(name);
        if (found === undefined) throw notFound();
        const { uid, resourceVersion } = found.metadata;
        if (options.uid !== uid || options.resourceVersion !== resourceVersion) throw conflict();
        this.objects.delete(name);
        this.deleted.push(`${name}:${uid}`);
        return undefined;
      },
      patch: async (_type, { name }, body) => {
        const { metadata } = body as { readonly metadata: { readonly annotations: object } };
        const found = this.objects.get(name);
        if (found === undefined) throw notFound();
        return this.put(name, { ...found.metadata, annotations: metadata.annotations });
      },
    },
    now: () => this.clock.now(),
    seed: () => 1,
    budget: () => new Budget(defaultBudgetLimits),
    openContext: () => ({ lookUp: () => ({ kind: "unavailable" }), settle: () => Promise.resolve() }),
    isFiltered: () => false,
    ownNamespace: "kyverno",
    pageSize: 500,
    concurrency: 4,
  };
}

/** A ClusterCleanupPolicy of ConfigMaps with the label `stale: yes`. */
export function staleTask(
  more: {
    readonly schedule?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly status?: object;
    readonly created?: string;
    readonly uid?: string;
    readonly generation?: number;
  } = {},
): CleanupTask {
  const row = policyRows.find(({ kind }) => kind === "ClusterCleanupPolicy");
  if (row === undefined) throw new Error("the table has no ClusterCleanupPolicy");
  const object: KubeObject = {
    apiVersion: "kyverno.io/v2",
    kind: "ClusterCleanupPolicy",
    metadata: {
      name: "stale",
      uid: more.uid ?? "policy-1",
      generation: more.generation ?? 1,
      resourceVersion: "1",
      creationTimestamp: more.created ?? "2026-01-01T00:00:00Z",
      annotations: more.annotations ?? {},
    },
    spec: {
      schedule: more.schedule ?? "0 * * * *",
      match: { any: [{ resources: { kinds: ["ConfigMap"], selector: { matchLabels: { stale: "yes" } } } }] },
    },
    ...(more.status === undefined ? {} : { status: more.status }),
  };
  const prepared = prepareTask(row, object, { percentFrom: 100 });
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.problems));
  return prepared.value;
}
