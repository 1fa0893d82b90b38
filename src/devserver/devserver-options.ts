import type { Fault } from "./faults/fault-control.ts";
import type { User } from "./rest/api-request.ts";

/** One request that was answered. */
export interface RequestRecord {
  readonly user: string;
  readonly userAgent: string;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
  readonly code: number;
}

/** How an embedded API server is started; everything has a default. */
export interface DevserverOptions {
  /** By default a free one. A port that is taken is an error. */
  readonly port?: number;
  /** By default `127.0.0.1`. */
  readonly host?: string;
  /** HTTPS with a certificate made at start, which the kubeconfig names; `false`: plain HTTP. */
  readonly tls?: boolean;
  /** The administrator's token; by default a random one. */
  readonly token?: string;
  /** More users, by token. Their rights follow from roles and bindings. */
  readonly users?: Readonly<Record<string, User>>;
  /** Read at start where it exists, written at stop and by `saveSnapshot()`. Without it everything is in memory only. */
  readonly snapshotFile?: string;
  /** Faults in force from the start; more by `faults.add`. */
  readonly faults?: readonly Fault[];
  /** The wall clock in milliseconds. */
  readonly now?: () => number;
  /** How many changes are kept for watches and lists of the past; older ones are answered with 410. */
  readonly maxHistory?: number;
  /** How often watches that allow it get a bookmark. */
  readonly bookmarkIntervalMs?: number;
  /**
   * What kube-controller-manager does for objects of all kinds: garbage collection by owner, emptying of namespaces on their
   * way out, the service account and the certificate of new namespaces. On by default.
   */
  readonly controllers?: boolean;
  /** Makes ReplicaSets and pods of workloads and lets pods run on a node that does not exist. */
  readonly workloads?: boolean;
  /** Told of every request when its answer begins. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Told of defects of this server; by default they are printed. */
  readonly onDefect?: (error: unknown, what: string) => void;
}
