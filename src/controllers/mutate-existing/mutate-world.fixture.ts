import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { TriggerEvent } from "#controllers/triggers/trigger-event.ts";
import { Budget } from "#engine/budget.ts";
import type { BrokerScope } from "#api/broker/broker-request.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { refuseTarget } from "#kube/broker/target-rules.ts";
import { TargetRefused } from "#kube/broker/create-target-guard.ts";
import type { TargetGuard } from "#kube/broker/create-target-guard.ts";
import { ApiError } from "#kube/client/api-error.ts";
import type { ListQuery, ObjectKey } from "#kube/client/kube-client.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import type { ReportOwner } from "#reports/owner.ts";
import { createRunner } from "./create-runner.ts";
import type { Runner } from "./create-runner.ts";
import type { MutateTask } from "./mutate-task.ts";
import type { MutateWorld } from "./ports.ts";
import { policyRows } from "./prepare-tasks.ts";
import type { PreparedPolicy } from "./prepare-tasks.ts";
import { createStandings } from "./standings.ts";
import type { Standings } from "./standings.ts";
import { createUndoWatch } from "./undo-watch.ts";

export const configMap: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  resource: "configmaps",
  namespaced: true,
  preferred: true,
  verbs: ["get", "list", "watch", "update"],
};
export const node: ResourceType = {
  ...configMap,
  kind: "Node",
  resource: "nodes",
  namespaced: false,
};

/** A map, as it is read; `version` is its resourceVersion. */
export function mapOf(namespace: string, name: string, data: object = {}, metadata: object = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace, uid: `uid-${namespace}-${name}`, resourceVersion: "1", ...metadata },
    data,
  };
}

/** Objects of one kind behind a client, with everything that a runner needs besides. */
export interface MutateTestWorld {
  readonly runner: Runner;
  readonly standings: Standings;
  readonly clock: ReturnType<typeof createVirtualClock>;
  /** `verb namespace/name` of each call, in order. */
  readonly calls: string[];
  readonly told: string[];
  readonly reported: { readonly owner: ReportOwner; readonly results: readonly PolicyReportResult[] }[];
  objectsOf(): readonly KubeObject[];
  find(namespace: string, name: string): KubeObject | undefined;
  /** Changes an object as somebody else does. */
  edit(namespace: string, name: string, data: object): void;
  remove(namespace: string, name: string): void;
  /** Called before each write; what it throws is the server's answer. */
  beforeWrite: (object: KubeObject) => void;
}

export function mutateTestWorld(initial: readonly KubeObject[], pageSize = 5): MutateTestWorld {
  const clock = createVirtualClock();
  const objects = new Map(initial.map((object) => [placeKey(object), object]));
  const calls: string[] = [];
  const told: string[] = [];
  const reported: MutateTestWorld["reported"][number][] = [];
  const standings = createStandings();
  let version = 100;

  const store = (object: KubeObject): KubeObject => {
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++version) } };
    objects.set(placeKey(object), stored);
    return stored;
  };
  const get = ({ namespace = "", name }: ObjectKey): KubeObject => {
    const found = objects.get(`${namespace}/${name}`);
    if (found === undefined) throw new ApiError({ status: 404, reason: "NotFound", message: "not found" });
    return found;
  };

  const client: MutateWorld["client"] = {
    async get(_type, key) {
      calls.push(`get ${key.namespace ?? ""}/${key.name}`);
      return get(key);
    },
    listPage(type, query: ListQuery) {
      const { namespace, fieldSelector } = query;
      calls.push(`list ${namespace ?? "*"}${fieldSelector === undefined ? "" : ` ${fieldSelector}`}`);
      const all = [...objects.values()]
        .filter((object) => object.kind === type.kind)
        .filter(({ metadata }) => namespace === undefined || metadata["namespace"] === namespace)
        .filter(
          ({ metadata }) => fieldSelector === undefined || fieldSelector === `metadata.name=${metadata.name}`,
        );
      const start = Number(query.continue ?? 0);
      const end = start + query.limit;
      return Promise.resolve({
        items: all.slice(start, end),
        resourceVersion: "1",
        ...(end < all.length ? { continue: String(end) } : {}),
      });
    },
    async update(_type, key, body) {
      const object = body as KubeObject;
      calls.push(`update ${key.namespace ?? ""}/${key.name}`);
      world.beforeWrite(object);
      const stored = get(key);
      if (stored.metadata.resourceVersion !== object.metadata.resourceVersion)
        throw new ApiError({ status: 409, reason: "Conflict", message: "changed" });
      return store(object);
    },
  };
  const guard: TargetGuard = {
    run(_verb, place, scope: BrokerScope, call) {
      const refusal = refuseTarget(place, scope, "kyverno");
      return refusal === undefined ? call() : Promise.reject(new TargetRefused(refusal));
    },
    retryForbidden: () => false,
    openBreakers: () => 0,
  };
  const runner = createRunner({
    world: {
      client,
      guard,
      ownWrites: { run: (_type, _key, write) => write(), isOwn: () => false },
      namespaces: { labelsOf: () => ({}) },
      types: () => [configMap, node],
      ownNamespace: "kyverno",
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs(),
      seed: () => 1,
      budget: () => new Budget(),
      openContext: () => ({ lookUp: () => ({ kind: "unavailable" }), settle: () => Promise.resolve() }),
      isFiltered: ({ name }) => name === "filtered",
      pageSize,
      concurrency: 4,
    },
    undo: createUndoWatch(() => clock.monotonicMs()),
    standings,
    teller: {
      changed: (_task, object) => told.push(`changed ${object.metadata.name}`),
      failed: (_task, object, message) => told.push(`failed ${object?.metadata.name ?? ""}: ${message}`),
    },
    report(owned) {
      reported.push(owned);
      return Promise.resolve();
    },
    reported: () => ({ isOn: true, results: new Set(["pass", "fail", "warn", "error", "skip"]) }),
    onApplied: () => {},
    onRun: () => {},
  });
  const world: MutateTestWorld = {
    runner,
    standings,
    clock,
    calls,
    told,
    reported,
    objectsOf: () => [...objects.values()],
    find: (namespace, name) => objects.get(`${namespace}/${name}`),
    edit: (namespace, name, data) => void store({ ...get({ namespace, name }), data }),
    remove: (namespace, name) => void objects.delete(`${namespace}/${name}`),
    beforeWrite: () => {},
  };
  return world;
}

function placeKey({ metadata }: KubeObject): string {
  const namespace = typeof metadata["namespace"] === "string" ? metadata["namespace"] : "";
  return `${namespace}/${metadata.name}`;
}

/** A policy as its kind prepares it. */
export function prepared(
  kind: PreparedPolicy["owner"]["kind"],
  spec: object,
  metadata: object = {},
): PreparedPolicy {
  const row = policyRows.find((one) => one.kind === kind);
  const result = row?.prepare({
    apiVersion: row.group === "kyverno.io" ? "kyverno.io/v1" : "policies.kyverno.io/v1",
    kind,
    metadata: { name: "p", uid: "policy-uid", resourceVersion: "1", ...metadata },
    spec,
  });
  if (result?.ok !== true) throw new Error(`the policy cannot be read: ${JSON.stringify(result)}`);
  return result.value;
}

/** The one task of a policy. */
export function taskOf(...args: Parameters<typeof prepared>): MutateTask {
  const [task] = prepared(...args).tasks;
  if (task === undefined) throw new Error("the policy changes no existing objects");
  return task;
}

/** Something happened to an object. */
export function eventOf(object: KubeObject, more: Partial<TriggerEvent> = {}): TriggerEvent {
  const { namespace } = object.metadata;
  return {
    cause: "watch",
    operation: "CREATE",
    type: configMap,
    subresource: "",
    namespace: typeof namespace === "string" ? namespace : "",
    namespaceLabels: {},
    object,
    isKnownByNameOnly: false,
    appliedBefore: undefined,
    wantsRemoval: false,
    ...more,
  };
}
