import { decodeClusterPolicy, decodePolicy } from "#api/kyverno/cluster-policy.ts";
import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { Decoded } from "#api/schema/decode.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";
import { policyKey, prepareScanPolicy } from "./scan-policy.ts";
import type { ScanPolicy } from "./scan-policy.ts";

/** The kinds of policies that the scan judges by; one row per kind. */
export const policyKinds: readonly {
  readonly group: string;
  readonly kind: "ClusterPolicy" | "Policy";
  readonly decode: (value: unknown) => Decoded<ClusterPolicy | Policy>;
}[] = [
  { group: "kyverno.io", kind: "ClusterPolicy", decode: decodeClusterPolicy },
  { group: "kyverno.io", kind: "Policy", decode: decodePolicy },
];

/** A policy as it was and as it is; absent: there was, or is, none. */
export interface PolicyChange {
  readonly key: string;
  readonly before?: ScanPolicy;
  readonly after?: ScanPolicy;
}

/** A policy that cannot be read: it judges nothing, and says why. */
export interface UnreadablePolicy {
  readonly key: string;
  readonly problems: readonly { readonly path: string; readonly message: string }[];
}

/** All policies that exist, compiled. */
export interface PolicyWatch {
  /** The handlers of the source of one policy kind. */
  handlersOf(kind: (typeof policyKinds)[number]): SourceHandlers;
  readonly policies: ReadonlyMap<string, ScanPolicy>;
  readonly unreadable: ReadonlyMap<string, UnreadablePolicy>;
  /** True when every kind that has been opened is listed to its end. */
  synced(): boolean;
}

export interface PolicyWatchOptions {
  readonly onChange: (change: PolicyChange) => void;
  readonly onUnreadable: (policy: UnreadablePolicy) => void;
  /** Told when a kind is listed to its end. */
  readonly onSynced: () => void;
  readonly onState: SourceHandlers["onState"];
}

export function createPolicyWatch(options: PolicyWatchOptions): PolicyWatch {
  const policies = new Map<string, ScanPolicy>();
  const unreadable = new Map<string, UnreadablePolicy>();
  const epochs = new Map<string, { readonly kind: string; epoch: number }>();
  const syncedKinds = new Map<string, boolean>();

  const replace = (key: string, after: ScanPolicy | undefined): void => {
    const before = policies.get(key);
    if (before === after) return;
    if (after === undefined) policies.delete(key);
    else policies.set(key, after);
    options.onChange({
      key,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    });
  };

  const keyOf = (kind: string, { metadata }: KubeObject): string =>
    policyKey(
      kind,
      typeof metadata["namespace"] === "string" ? metadata["namespace"] : undefined,
      metadata.name,
    );

  const take = (row: (typeof policyKinds)[number], object: KubeObject, epoch: number): void => {
    const key = keyOf(row.kind, object);
    epochs.set(key, { kind: row.kind, epoch });
    const decoded = row.decode(object);
    if (decoded.ok) {
      unreadable.delete(key);
      replace(key, prepareScanPolicy(decoded.value, policies.get(key)));
      return;
    }
    const broken: UnreadablePolicy = { key, problems: decoded.problems };
    unreadable.set(key, broken);
    options.onUnreadable(broken);
    replace(key, undefined);
  };

  const remove = (key: string): void => {
    epochs.delete(key);
    unreadable.delete(key);
    replace(key, undefined);
  };

  return {
    policies,
    unreadable,
    synced: () => [...syncedKinds.values()].every(Boolean),
    handlersOf(row) {
      if (!syncedKinds.has(row.kind)) syncedKinds.set(row.kind, false);
      return {
        onListStart: () => {},
        onPage: (objects, page) => {
          for (const object of objects) {
            if (!page.superseded(object.metadata.uid)) take(row, object, page.epoch);
          }
          return Promise.resolve();
        },
        onEvent: (type, object, epoch) => {
          if (type === "DELETED") remove(keyOf(row.kind, object));
          else take(row, object, epoch);
          return Promise.resolve();
        },
        onSynced: (epoch) => {
          for (const [key, seen] of epochs) if (seen.kind === row.kind && seen.epoch < epoch) remove(key);
          syncedKinds.set(row.kind, true);
          options.onSynced();
          return Promise.resolve();
        },
        onState: options.onState,
      };
    },
  };
}
