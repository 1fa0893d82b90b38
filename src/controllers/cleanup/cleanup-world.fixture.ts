import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { Budget, defaultBudgetLimits } from "#engine/budget.ts";
import { ApiError } from "#kube/client/api-error.ts";
import type { DeleteOptions } from "#kube/client/kube-client.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import type { CleanupKind, CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
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

/** Metadata of what `staleTask` selects. */
export const stale = { labels: { stale: "yes" } };

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

/** What a policy may say beside its spec. */
interface PolicyText {
  readonly apiVersion?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly status?: object;
  readonly created?: string;
  readonly uid?: string;
  readonly generation?: number;
}

/** A policy of any kind, ready to run. */
export function taskOf(kind: CleanupKind, spec: object, more: PolicyText = {}): CleanupTask {
  const row = policyRows.find((candidate) => candidate.kind === kind);
  if (row === undefined) throw new Error(`the table has no ${kind}`);
  const prepared = prepareTask(row, policyObject(kind, spec, more), { percentFrom: 100 });
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.problems));
  return prepared.value;
}

export function policyObject(kind: CleanupKind, spec: object, more: PolicyText = {}): KubeObject {
  return {
    apiVersion:
      more.apiVersion ?? (kind.endsWith("CleanupPolicy") ? "kyverno.io/v2" : "policies.kyverno.io/v1"),
    kind,
    metadata: {
      name: more.name ?? "stale",
      ...(more.namespace === undefined ? {} : { namespace: more.namespace }),
      uid: more.uid ?? "policy-1",
      generation: more.generation ?? 1,
      resourceVersion: "1",
      creationTimestamp: more.created ?? "2026-01-01T00:00:00Z",
      annotations: more.annotations ?? {},
    },
    spec,
    ...(more.status === undefined ? {} : { status: more.status }),
  };
}

/** A ClusterCleanupPolicy of ConfigMaps with the label `stale: yes`. */
export function staleTask({
  schedule = "0 * * * *",
  ...more
}: PolicyText & { readonly schedule?: string } = {}): CleanupTask {
  return taskOf(
    "ClusterCleanupPolicy",
    {
      schedule,
      match: { any: [{ resources: { kinds: ["ConfigMap"], selector: { matchLabels: { stale: "yes" } } } }] },
    },
    more,
  );
}
