import { homedir } from "node:os";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { startDevserver } from "#devserver/start-devserver.ts";
import type { Devserver } from "#devserver/start-devserver.ts";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import type { ClusterAccess } from "#kube/client/kube-config.ts";
import { openSource } from "#kube/list-watch/open-source.ts";
import type { Source } from "#kube/list-watch/source.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import { createPersistentClient } from "#test/faults/world/persistent-client.ts";
import type { ObjectPlace, PersistentClient } from "#test/faults/world/persistent-client.ts";
import { applyCrds } from "#test/support/control-plane/apply-crds.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import type { VirtualClock } from "#test/support/virtual-clock.ts";
import { operatorAgent } from "./chaos-operator.ts";
import type { PolicyKindName, PolicyText } from "./chaos-text.ts";

/** The embedded API server on a clock that is moved by hand, and what the suite does to it. */
export interface ChaosWorld {
  readonly clock: VirtualClock;
  readonly server: Devserver;
  readonly access: ClusterAccess;
  readonly world: PersistentClient;
  /** Told of each delete of the operator, when it was answered. */
  onDelete: () => void;
  /** Follows ConfigMaps from now on. */
  watch(told: {
    readonly seen: (object: KubeObject) => void;
    readonly gone: (object: KubeObject) => void;
  }): Source;
  stop(): Promise<void>;
}

const policyType = (
  group: string,
  version: string,
  kind: PolicyKindName,
  resource: string,
): ResourceType => ({
  ...kinds.policy,
  group,
  version,
  kind,
  resource,
  namespaced: kind === "CleanupPolicy" || kind === "NamespacedDeletingPolicy",
});

export const policyTypes: Readonly<Record<PolicyKindName, ResourceType>> = {
  CleanupPolicy: policyType("kyverno.io", "v2", "CleanupPolicy", "cleanuppolicies"),
  ClusterCleanupPolicy: policyType("kyverno.io", "v2", "ClusterCleanupPolicy", "clustercleanuppolicies"),
  DeletingPolicy: policyType("policies.kyverno.io", "v1", "DeletingPolicy", "deletingpolicies"),
  NamespacedDeletingPolicy: policyType(
    "policies.kyverno.io",
    "v1",
    "NamespacedDeletingPolicy",
    "namespaceddeletingpolicies",
  ),
};

export const policyPlace = ({ kind, group, namespace }: PolicyText, seed: number): ObjectPlace => ({
  type: policyTypes[kind],
  name: `${group}-${seed}`,
  ...(namespace === undefined ? {} : { namespace }),
});

export const startChaosWorld = async (): Promise<ChaosWorld> => {
  const clock = createVirtualClock(Date.UTC(2026, 2, 1));
  const folder = await mkdtemp(join(tmpdir(), "rearguard-chaos-"));
  const server = await startDevserver({
    tls: false,
    now: () => clock.now(),
    onRequest: ({ verb, resource, userAgent, code }) => {
      if (verb === "delete" && resource === "configmaps" && userAgent.includes(operatorAgent) && code === 200)
        chaos.onDelete();
    },
  });
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, server.kubeconfig, { mode: 0o600 });
  const access = await loadClusterAccess({ kubeconfig, env: {}, homeDir: homedir() });
  const client = createKubeClient({ config: access, userAgent: "chaos-suite" });
  await applyCrds({ kubeconfigPath: kubeconfig }, "cleanuppolic");
  await applyCrds({ kubeconfigPath: kubeconfig }, "deletingpolic");
  const world = createPersistentClient(client);
  await world.ensure({ type: kinds.namespace, name: "kyverno" }, {});
  const chaos: ChaosWorld = {
    clock,
    server,
    access,
    world,
    onDelete: () => {},
    watch: ({ seen, gone }) =>
      openSource({
        client,
        selection: { type: kinds.configMap },
        backoff: { initialMs: 2, maxMs: 20, maxRefusedMs: 20 },
        handlers: {
          onListStart: () => {},
          onPage: (objects) => Promise.resolve(objects.forEach(seen)),
          onEvent: (type, object) => Promise.resolve(type === "DELETED" ? gone(object) : seen(object)),
          onSynced: () => Promise.resolve(),
          onState: () => {},
        },
      }),
    async stop() {
      await client.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return chaos;
};
