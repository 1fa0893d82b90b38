import { after } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import type { ObjectPlace } from "#test/faults/world/persistent-client.ts";
import { eventually, startScanCluster } from "../scan/scan-cluster.ts";
import type { ScanCluster, ScanOperator } from "../scan/scan-cluster.ts";

const cleanupType = (kind: string, resource: string, namespaced: boolean): ResourceType => ({
  ...kinds.policy,
  version: "v2",
  kind,
  resource,
  namespaced,
});

const clusterCleanupPolicy = cleanupType("ClusterCleanupPolicy", "clustercleanuppolicies", false);
const cleanupPolicy = cleanupType("CleanupPolicy", "cleanuppolicies", true);

const deletingType = (kind: string, resource: string, namespaced: boolean): ResourceType => ({
  ...cleanupType(kind, resource, namespaced),
  group: "policies.kyverno.io",
  version: "v1",
});

const deletingPolicy = deletingType("DeletingPolicy", "deletingpolicies", false);
const namespacedDeletingPolicy = deletingType("NamespacedDeletingPolicy", "namespaceddeletingpolicies", true);

/** Long past: a policy that ran then is due now, and the next time at the next full minute. */
const longAgo = "2001-01-01T00:00:00Z";

interface CleanupText {
  readonly name: string;
  /** Makes it a CleanupPolicy. */
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly schedule?: string;
  /** By expressions instead of filters. */
  readonly deleting?: boolean;
  readonly spec: object;
}

/** A control plane with an operator that deletes. */
export interface CleanupCluster extends ScanCluster {
  readonly operatorProcess: ScanOperator;
  /** Creates a policy that is due at once. */
  duePolicy(policy: CleanupText): Promise<ObjectPlace>;
  configMap(namespace: string, name: string, metadata?: object): Promise<KubeObject>;
  /** Names of the ConfigMaps that are there, without those that Kubernetes makes. */
  configMapNames(namespace: string): Promise<readonly string[]>;
  untilStatus(
    place: ObjectPlace,
    what: string,
    isIt: (status: CleanupStatus) => boolean,
  ): Promise<CleanupStatus>;
}

export interface CleanupStatus {
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly message: string;
  }[];
  readonly lastExecutionTime?: string;
  readonly nextExecutionTime?: string;
  readonly lastRun?: {
    readonly outcome: string;
    readonly message: string;
    readonly scanned: number;
    readonly matched: number;
    readonly deleted: number;
    readonly failed: number;
    readonly skipped: number;
  };
  readonly heldRun?: { readonly scheduledTime: string };
}

/** Keeps what Kubernetes makes in every namespace. */
export const butRootCertificates = {
  any: [{ resources: { kinds: ["ConfigMap"], names: ["kube-root-ca.crt"] } }],
};

/** ConfigMaps of one namespace, as a cleanup policy selects them. */
export const configMapsOf = (namespace: string, more: object = {}): object => ({
  match: { any: [{ resources: { kinds: ["ConfigMap"], namespaces: [namespace], ...more } }] },
  exclude: butRootCertificates,
});

export const startCleanupCluster = async (flags: readonly string[] = []): Promise<CleanupCluster> => {
  const cluster = await startScanCluster();
  try {
    const rules = [
      { apiGroups: [""], resources: ["configmaps"], verbs: ["list", "watch", "get", "delete", "patch"] },
      { apiGroups: ["batch"], resources: ["jobs"], verbs: ["list", "watch", "get", "delete"] },
    ];
    const labels = { "rbac.kyverno.io/aggregate-to-cleanup-controller": "true" };
    await cluster.world.replace(
      { type: kinds.clusterRole, name: "may-delete" },
      { metadata: { labels }, rules },
    );
    const operatorProcess = await cluster.operator(["--only=cleanup,ttl", ...flags]);
    await eventually("cleanup has started", async () =>
      (await operatorProcess.log()).includes('"ttl started"'),
    );
    return { ...cluster, operatorProcess, ...cleanupActs(cluster) };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
};

let shared: Promise<CleanupCluster> | undefined;

/** The cluster of this process, for suites that need no other flags and stand in namespaces of their own. It ends with the process. */
export const joinCleanupCluster = (): Promise<CleanupCluster> => (shared ??= startCleanupCluster());

after(async () => {
  await (await shared)?.stop();
});

const cleanupActs = ({ world }: ScanCluster) => ({
  async duePolicy({
    name,
    namespace,
    annotations = {},
    schedule = "* * * * *",
    deleting = false,
    spec,
  }: CleanupText) {
    const [wide, narrow] = deleting
      ? [deletingPolicy, namespacedDeletingPolicy]
      : [clusterCleanupPolicy, cleanupPolicy];
    const type = namespace === undefined ? wide : narrow;
    const place: ObjectPlace = { type, name, ...(namespace === undefined ? {} : { namespace }) };
    await world.ensure(place, { metadata: { annotations }, spec: { schedule, ...spec } });
    await world.merge(place, { status: { lastExecutionTime: longAgo } }, "status");
    return place;
  },
  async configMap(namespace: string, name: string, metadata: object = {}) {
    const place = { type: kinds.configMap, namespace, name };
    await world.ensure(place, { metadata, data: { key: "value" } });
    const stored = await world.get(place);
    if (stored === undefined) throw new Error(`the ConfigMap ${namespace}/${name} is gone`);
    return stored;
  },
  async configMapNames(namespace: string) {
    const found = await world.list(kinds.configMap, { namespace });
    return found
      .map(({ metadata }) => metadata.name)
      .filter((name) => name !== "kube-root-ca.crt")
      .sort();
  },
  async untilStatus(place: ObjectPlace, what: string, isIt: (status: CleanupStatus) => boolean) {
    const { value } = await eventually(what, async () => {
      const status = (await world.get(place))?.["status"] as CleanupStatus | undefined;
      return status !== undefined && isIt(status) ? status : false;
    });
    return value;
  },
});
