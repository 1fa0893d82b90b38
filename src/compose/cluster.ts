import { homedir } from "node:os";
import type { Settings } from "#controllers/settings/setting-table.ts";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import type { Metrics } from "#telemetry/metrics.ts";
import { version } from "./version.ts";

/** The clients of one process: Leases have a connection of their own, so that nothing can stand in their way. */
export interface ClusterClients {
  readonly lease: KubeClient;
  /** A client of its own; every write passes `fence` just before it is sent. One without a fence only reads. */
  open(fence?: () => number | undefined): KubeClient;
  /** The same, for what is written when the process stops: it ends when it is closed, not before. */
  openLasting(fence: () => number | undefined): KubeClient;
}

/** One for each Lease: an answer that does not come must not keep another Lease from being renewed. */
const leaseConnections = 3;

/** Nothing that is written while the process stops may keep it from stopping in time. */
const lastingTimeoutMs = 8_000;

/** Reads how to reach the cluster. Rejects with an error for people where that is not known. */
export async function connectCluster(options: {
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
}): Promise<ClusterClients> {
  const { settings, env, metrics, signal } = options;
  const config = await loadClusterAccess({
    env,
    homeDir: homedir(),
    ...(settings.kubeconfig === "" ? {} : { kubeconfig: settings.kubeconfig }),
    ...(settings.context === "" ? {} : { context: settings.context }),
  });
  const onRequest: NonNullable<Parameters<typeof createKubeClient>[0]["onRequest"]> = (record) => {
    const { verb, resource, status, ms } = record;
    metrics.apiRequests.inc({ verb, resource, status: String(status) });
    if (verb !== "watch") metrics.apiRequestDuration.observe({ verb, resource }, ms / 1000);
    metrics.clientQueries.inc({
      operation: verb,
      client_type: "dynamic",
      resource_kind: resource,
      resource_namespace: "-",
    });
  };
  return {
    lease: createKubeClient({
      config,
      userAgent: `rearguard-lease/${version}`,
      connections: leaseConnections,
      onRequest,
    }),
    openLasting: (fence) =>
      createKubeClient({
        config,
        userAgent: `rearguard/${version}`,
        connections: 1,
        timeoutMs: lastingTimeoutMs,
        fence,
        onRequest,
      }),
    open: (fence) =>
      createKubeClient({
        config,
        userAgent: `rearguard/${version}`,
        connections: settings.reportWriteConcurrency + 4,
        signal,
        ...(fence === undefined ? {} : { fence }),
        onRequest,
      }),
  };
}
