import type { AuditCounts, AuditFilter } from "./audit-log.ts";
import type { EtcdMetrics } from "./etcd.ts";
import type { Kubectl } from "./kubectl.ts";
import type { StopMode } from "./managed-process.ts";

/** A cluster that tests run on, whoever started it. */
export interface TestCluster {
  /** A kubeconfig with the rights of an administrator. */
  readonly kubeconfigPath: string;
  readonly serverUrl: string;
  /** As the server says it, e.g. `v1.37.2`. */
  readonly version: string;
  readonly kubectl: Kubectl;
  /** Writes a kubeconfig with a token that the API server issued for the service account (which must exist) and answers with its path. */
  readonly serviceAccountKubeconfig: (namespace: string, name: string) => Promise<string>;
  /** Ends what was started for this cluster, and removes its files. May be called more than once. */
  readonly stop: () => Promise<void>;
  /** Only for a control plane of our own. */
  readonly faults?: Faults;
  readonly etcdMetrics?: () => Promise<EtcdMetrics>;
  readonly auditCounts?: (filter?: AuditFilter) => Promise<AuditCounts>;
}

/**
 * Outages on demand. Each resolves when the process is gone, or serves again; data and addresses stay. By
 * default a process is killed, as in a crash. Asked to end, an API server with open watches and an etcd with
 * clients take all the seconds they are given.
 */
export interface Faults {
  readonly stopApiServer: (mode?: StopMode) => Promise<void>;
  readonly startApiServer: () => Promise<void>;
  readonly restartApiServer: (mode?: StopMode) => Promise<void>;
  readonly stopEtcd: (mode?: StopMode) => Promise<void>;
  readonly startEtcd: () => Promise<void>;
  /** Resolves when the API server is ready over the new etcd, too. */
  readonly restartEtcd: (mode?: StopMode) => Promise<void>;
}

/** etcd, kube-apiserver and kube-controller-manager of our own on loopback. */
export interface ControlPlane extends TestCluster {
  readonly adminToken: string;
  /** PEM file of the authority of the API server's certificate. */
  readonly caFile: string;
  /** Data, logs and kubeconfigs; gone after `stop`. */
  readonly folder: string;
  /** Path of a kubeconfig for a user given at start, by user name. */
  readonly userKubeconfig: (user: string) => Promise<string>;
  readonly faults: Faults;
  /** What etcd has written. Throws while etcd is down. */
  readonly etcdMetrics: () => Promise<EtcdMetrics>;
  /** Requests answered so far. Throws when the control plane was started without `auditLog`. */
  readonly auditCounts: (filter?: AuditFilter) => Promise<AuditCounts>;
}
