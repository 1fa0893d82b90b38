import type { KubeObject } from "#api/meta/object-meta.ts";
import type { Decoded, Problem } from "#api/schema/decode.ts";
import { triggerPolicyKey } from "#controllers/triggers/trigger-rule.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";
import type { PolicyRow, PreparedPolicy } from "./prepare-tasks.ts";

/** A policy that cannot be read: nothing is done for it, and nothing that it made is touched. */
export interface UnreadablePolicy {
  readonly key: string;
  readonly problems: readonly Problem[];
}

/** All policies that generate. */
export interface GeneratePolicies {
  handlersOf(row: PolicyRow): SourceHandlers;
  /** By key; policies that generate nothing are left out. */
  readonly policies: ReadonlyMap<string, PreparedPolicy>;
  /** The kind is listed to its end. */
  isSynced(row: PolicyRow): boolean;
  /** The kind cannot be read now: what is not known of it does not hold up the others. */
  isDegraded(row: PolicyRow): boolean;
}

/** Follows policies. What is the same again, but for its status, changes nothing. */
export function createGeneratePolicies(options: {
  /** One came, changed or went, or a kind is known now. */
  readonly onChange: () => void;
  readonly onUnreadable: (policy: UnreadablePolicy) => void;
}): GeneratePolicies {
  const policies = new Map<string, PreparedPolicy>();
  /** By key: which object it is, and the list in which it was seen last. */
  const seen = new Map<string, { readonly row: PolicyRow; readonly uid: string; readonly epoch: number }>();
  const synced = new Set<PolicyRow>();
  const degraded = new Set<PolicyRow>();

  const remove = (key: string): void => {
    seen.delete(key);
    if (policies.delete(key)) options.onChange();
  };

  const take = (row: PolicyRow, object: KubeObject, epoch: number): void => {
    const key = keyOf(row, object);
    seen.set(key, { row, uid: object.metadata.uid, epoch });
    const prepared = prepare(row, object);
    if (!prepared.ok) {
      // It is there, so that it did not go: what it asked for before still holds.
      options.onUnreadable({ key, problems: prepared.problems });
      return;
    }
    const { tasks, problems } = prepared.value;
    const isEmpty = tasks.length === 0 && problems.length === 0;
    const before = policies.get(key);
    if (isEmpty ? before === undefined : before !== undefined && isSame(before, prepared.value)) return;
    if (isEmpty) policies.delete(key);
    else policies.set(key, prepared.value);
    options.onChange();
  };

  return {
    policies,
    isSynced: (row) => synced.has(row),
    isDegraded: (row) => degraded.has(row),
    handlersOf: (row) => ({
      onListStart: () => {},
      onPage: (objects, page) => {
        for (const object of objects) {
          if (!page.superseded(object.metadata.uid)) take(row, object, page.epoch);
        }
        return Promise.resolve();
      },
      onEvent: (type, object, epoch) => {
        const key = keyOf(row, object);
        if (type !== "DELETED") take(row, object, epoch);
        // Another policy of that name may be there already.
        else if (seen.get(key)?.uid === object.metadata.uid) remove(key);
        return Promise.resolve();
      },
      onSynced: (epoch) => {
        for (const [key, known] of seen) if (known.row === row && known.epoch < epoch) remove(key);
        if (!synced.has(row)) {
          synced.add(row);
          options.onChange();
        }
        return Promise.resolve();
      },
      onState: (state) => {
        if (state.kind !== "degraded") degraded.delete(row);
        else if (!degraded.has(row)) {
          degraded.add(row);
          options.onChange();
        }
      },
    }),
  };
}

function keyOf({ kind }: PolicyRow, { metadata }: KubeObject): string {
  const { name, namespace } = metadata;
  return triggerPolicyKey({ kind, name, ...(typeof namespace === "string" ? { namespace } : {}) });
}

function isSame(before: PreparedPolicy, after: PreparedPolicy): boolean {
  return (
    before.owner.uid === after.owner.uid &&
    before.tasks.length === after.tasks.length &&
    before.tasks.every((task, index) => task.content === after.tasks[index]?.content) &&
    before.problems.join("\n") === after.problems.join("\n") &&
    before.options.confirmation === after.options.confirmation &&
    before.options.maxDeletionsPerMinute === after.options.maxDeletionsPerMinute
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
