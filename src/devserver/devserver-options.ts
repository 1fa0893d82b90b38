import type { Fault } from "./faults/fault-control.ts";
import type { User } from "./rest/api-request.ts";

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
  /** Makes ReplicaSets and pods of workloads and lets pods run on a node that does not exist. */
  readonly workloads?: boolean;
  /** Told of defects of this server; by default they are printed. */
  readonly onDefect?: (error: unknown, what: string) => void;
}
