import type { KubeObject } from "#api/meta/object-meta.ts";
import { triggerPolicyKey } from "#controllers/triggers/trigger-rule.ts";
import type { Decoded } from "#api/schema/decode.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";
import { namespaceOf } from "./plan-reads.ts";
import type { PolicyRow, PreparedPolicy } from "./prepare-tasks.ts";

/** A policy that cannot be read: nothing is done for it. */
export interface UnreadablePolicy {
  readonly key: string;
  readonly problems: readonly { readonly path: string; readonly message: string }[];
}

/** All policies that change existing objects. */
export interface MutatePolicies {
  handlersOf(row: PolicyRow): SourceHandlers;
  /** By key; policies that change no existing objects are left out. */
  readonly policies: ReadonlyMap<string, PreparedPolicy>;
  /** The kind is listed to its end. */
  isSynced(row: PolicyRow): boolean;
}

export interface MutatePoliciesOptions {
  /** It came, changed or went, or a kind is known now. */
  readonly onChange: () => void;
  readonly onUnreadable: (policy: UnreadablePolicy) => void;
}

/** Follows policies. What is the same again, but for its status, changes nothing. */
export function createMutatePolicies(options: MutatePoliciesOptions): MutatePolicies {
  const policies = new Map<string, PreparedPolicy>();
  /** By key: which object it is, its version, and the list in which it was seen last. */
  const seen = new Map<string, { readonly row: PolicyRow; readonly uid: string; readonly epoch: number }>();
  const synced = new Set<PolicyRow>();

  const remove = (key: string): void => {
    seen.delete(key);
    if (policies.delete(key)) options.onChange();
  };

  const replace = (key: string, prepared: PreparedPolicy): void => {
    const before = policies.get(key);
    if (prepared.tasks.length === 0 && prepared.problems.length === 0) {
      if (policies.delete(key)) options.onChange();
      return;
    }
    if (before !== undefined && isSame(before, prepared)) return;
    policies.set(key, prepared);
    options.onChange();
  };

  const take = (row: PolicyRow, object: KubeObject, epoch: number, isWatched: boolean): void => {
    const key = keyOf(row, object);
    seen.set(key, { row, uid: object.metadata.uid, epoch });
    const prepared = prepare(row, object);
    if (prepared.ok) {
      replace(key, isWatched ? seenComing(prepared.value, object) : prepared.value);
      return;
    }
    options.onUnreadable({ key, problems: prepared.problems });
    if (policies.delete(key)) options.onChange();
  };

  return {
    policies,
    isSynced: (row) => synced.has(row),
    handlersOf: (row) => ({
      onListStart: () => {},
      onPage: (objects, page) => {
        for (const object of objects)
          if (!page.superseded(object.metadata.uid)) take(row, object, page.epoch, false);
        return Promise.resolve();
      },
      onEvent: (type, object, epoch) => {
        const key = keyOf(row, object);
        if (type !== "DELETED") take(row, object, epoch, true);
        // Another policy of that name may be there already.
        else if (seen.get(key)?.uid === object.metadata.uid) remove(key);
        return Promise.resolve();
      },
      onSynced: (epoch) => {
        for (const [key, known] of seen) if (known.row === row && known.epoch < epoch) remove(key);
        const isNews = !synced.has(row);
        synced.add(row);
        if (isNews) options.onChange();
        return Promise.resolve();
      },
      onState: () => {},
    }),
  };
}

function keyOf({ kind }: PolicyRow, object: KubeObject): string {
  const namespace = namespaceOf(object);
  const { name } = object.metadata;
  return triggerPolicyKey({ kind, name, ...(namespace === "" ? {} : { namespace }) });
}

/** What was there before the policy is told from what came after it by the version of this event. */
function seenComing(prepared: PreparedPolicy, { metadata }: KubeObject): PreparedPolicy {
  const sinceVersion = metadata.resourceVersion;
  return { ...prepared, tasks: prepared.tasks.map((task) => ({ ...task, sinceVersion })) };
}

function isSame(before: PreparedPolicy, after: PreparedPolicy): boolean {
  return (
    before.tasks.length === after.tasks.length &&
    before.tasks.every((task, index) => {
      const other = after.tasks[index];
      return task.key === other?.key && task.content === other.content;
    }) &&
    before.problems.join("\n") === after.problems.join("\n")
  );
}

/** A policy that trips over a bug of ours must not keep the others from being read. */
function prepare(row: PolicyRow, object: KubeObject): Decoded<PreparedPolicy> {
  try {
    return row.prepare(object);
  } catch (error) {
    return { ok: false, problems: [{ path: "spec", message: `cannot be compiled: ${String(error)}` }] };
  }
}
