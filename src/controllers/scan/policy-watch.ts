import type { KubeObject } from "#api/meta/object-meta.ts";
import type { Decoded } from "#api/schema/decode.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";
import type { PolicyBinding, PolicyKind } from "./policy-kinds.ts";
import type { FindRefusals } from "./policy-refusals.ts";
import { policyKey, prepareScanPolicy, prepareUnreadable } from "./scan-policy.ts";
import type { PreparationOptions, ScanPolicy } from "./scan-policy.ts";

/** A policy, or something like it, that cannot be read: it does nothing, and says why. */
export interface UnreadablePolicy {
  readonly key: string;
  readonly problems: readonly { readonly path: string; readonly message: string }[];
}

/** All policies that exist, compiled. */
export interface PolicyWatch {
  /** The handlers of the source of one policy kind. */
  handlersOf(kind: PolicyKind): SourceHandlers;
  /** Those that cannot be read are here, too: idle, with the reason. */
  readonly policies: ReadonlyMap<string, ScanPolicy>;
  readonly unreadable: ReadonlyMap<string, UnreadablePolicy>;
  /** True when the kind was listed to its end: what is not here does not exist. */
  isSynced(kind: PolicyKind["kind"]): boolean;
  /** The bindings of the policy of this kind and name are not what they were. */
  rebind(kind: PolicyKind, policy: string): void;
}

export interface PolicyWatchOptions {
  readonly onChange: () => void;
  readonly onUnreadable: (policy: UnreadablePolicy) => void;
  readonly findRefusals?: FindRefusals;
  /** See `PreparationOptions`. */
  readonly forcesIgnore?: boolean;
  /** Gives way to the event loop between two policies: compiling hundreds at once would cost the Lease. */
  readonly slice?: () => Promise<void> | undefined;
  /** The bindings of a policy of a kind that has such; none where it is absent. */
  readonly bindingsOf?: (kind: PolicyKind, policy: string) => readonly PolicyBinding[];
  /** Told of each compilation of a policy, which is one for each content. */
  readonly onCompiled?: (kind: string) => void;
}

export function createPolicyWatch(options: PolicyWatchOptions): PolicyWatch {
  const policies = new Map<string, ScanPolicy>();
  const unreadable = new Map<string, UnreadablePolicy>();
  /** By key: which object it is, and the list in which it was seen last. */
  const seen = new Map<string, { readonly kind: string; readonly uid: string; readonly epoch: number }>();
  const syncedKinds = new Set<string>();
  /** Admission policies as they were read last, because what they are depends on their bindings as well. */
  const bindable = new Map<string, KubeObject>();

  const preparation = (row: PolicyKind, { metadata }: KubeObject): PreparationOptions => ({
    ...(options.findRefusals === undefined ? {} : { findRefusals: options.findRefusals }),
    forcesIgnore: options.forcesIgnore === true,
    ...(options.onCompiled === undefined ? {} : { onCompiled: options.onCompiled }),
    bindings: row.binding === undefined ? [] : (options.bindingsOf?.(row, metadata.name) ?? []),
  });

  const replace = (key: string, after: ScanPolicy | undefined): void => {
    const before = policies.get(key);
    if (before === after) return;
    if (after === undefined) policies.delete(key);
    else policies.set(key, after);
    options.onChange();
  };

  const keyOf = (kind: string, { metadata }: KubeObject): string =>
    policyKey(
      kind,
      typeof metadata["namespace"] === "string" ? metadata["namespace"] : undefined,
      metadata.name,
    );

  const take = (row: PolicyKind, object: KubeObject, epoch: number): void => {
    const key = keyOf(row.kind, object);
    seen.set(key, { kind: row.kind, uid: object.metadata.uid, epoch });
    if (row.binding !== undefined) bindable.set(key, object);
    prepareAnew(key, row, object);
  };

  const prepareAnew = (key: string, row: PolicyKind, object: KubeObject): void => {
    const prepared = prepare(row, object, policies.get(key), preparation(row, object));
    if (prepared.ok) {
      unreadable.delete(key);
      replace(key, prepared.value);
      return;
    }
    const broken: UnreadablePolicy = { key, problems: prepared.problems };
    unreadable.set(key, broken);
    options.onUnreadable(broken);
    const bare = row.decode(withoutContent(object));
    replace(key, bare.ok ? prepareUnreadable(bare.value, prepared.problems, policies.get(key)) : undefined);
  };

  const remove = (key: string): void => {
    seen.delete(key);
    bindable.delete(key);
    unreadable.delete(key);
    replace(key, undefined);
  };

  return {
    policies,
    unreadable,
    isSynced: (kind) => syncedKinds.has(kind),
    rebind(row, policy) {
      const key = policyKey(row.kind, undefined, policy);
      const object = bindable.get(key);
      if (object !== undefined) prepareAnew(key, row, object);
    },
    handlersOf: (row) => ({
      onListStart: () => {},
      onPage: async (objects, page) => {
        for (const object of objects) {
          const cut = options.slice?.();
          if (cut !== undefined) await cut;
          if (!page.superseded(object.metadata.uid)) take(row, object, page.epoch);
        }
      },
      onEvent: (type, object, epoch) => {
        const key = keyOf(row.kind, object);
        if (type !== "DELETED") take(row, object, epoch);
        // Another policy of that name may be there already.
        else if (seen.get(key)?.uid === object.metadata.uid) remove(key);
        return Promise.resolve();
      },
      onSynced: (epoch) => {
        for (const [key, known] of seen) {
          if (known.kind === row.kind && known.epoch < epoch) remove(key);
        }
        syncedKinds.add(row.kind);
        return Promise.resolve();
      },
      onState: () => {},
    }),
  };
}

/** What is left of a policy whose content cannot be read: who it is. */
function withoutContent({ apiVersion, kind, metadata }: KubeObject): object {
  const { name, uid, resourceVersion, namespace, generation } = metadata;
  const place = typeof namespace === "string" ? { namespace } : {};
  const version = typeof generation === "number" ? { generation } : {};
  return { apiVersion, kind, metadata: { name, uid, resourceVersion, ...place, ...version }, spec: {} };
}

/** A policy that trips over a bug of ours must not keep the others from being read. */
function prepare(
  row: PolicyKind,
  object: KubeObject,
  previous: ScanPolicy | undefined,
  options: PreparationOptions,
): Decoded<ScanPolicy> {
  const decoded = row.decode(object);
  if (!decoded.ok) return decoded;
  try {
    return { ok: true, value: prepareScanPolicy(decoded.value, previous, options) };
  } catch (error) {
    return { ok: false, problems: [{ path: "spec", message: `cannot be compiled: ${String(error)}` }] };
  }
}
