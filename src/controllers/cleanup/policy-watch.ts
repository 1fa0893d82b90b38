import type { KubeObject } from "#api/meta/object-meta.ts";
import type { CleanupLimits } from "#engine/cleanup/cleanup-options.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";
import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import type { PolicyRow } from "#engine/cleanup/task/policy-rows.ts";
import { prepareTask, taskKey } from "#engine/cleanup/task/prepare-task.ts";

/** A policy that cannot be read: it deletes nothing. */
export interface UnreadablePolicy {
  readonly key: string;
  readonly problems: readonly { readonly path: string; readonly message: string }[];
}

/** All policies that delete on a schedule. */
export interface CleanupPolicies {
  handlersOf(row: PolicyRow): SourceHandlers;
  readonly tasks: ReadonlyMap<string, CleanupTask>;
}

export interface CleanupPoliciesOptions {
  readonly defaults: () => CleanupLimits;
  /** It came, changed or went. */
  readonly onChange: (key: string) => void;
  readonly onUnreadable: (policy: UnreadablePolicy) => void;
  /** All policies of the row are known. */
  readonly onSynced?: (row: PolicyRow) => void;
}

export function createCleanupPolicies(options: CleanupPoliciesOptions): CleanupPolicies {
  const tasks = new Map<string, CleanupTask>();
  /** By key: which object it is, and the list in which it was seen last. */
  const seen = new Map<string, { readonly row: PolicyRow; readonly uid: string; readonly epoch: number }>();

  const remove = (key: string): void => {
    seen.delete(key);
    if (tasks.delete(key)) options.onChange(key);
  };

  const take = (row: PolicyRow, object: KubeObject, epoch: number): void => {
    const key = taskKey(row.kind, object);
    seen.set(key, { row, uid: object.metadata.uid, epoch });
    const prepared = prepare(row, object, options.defaults());
    if (prepared.ok) {
      tasks.set(key, prepared.value);
      options.onChange(key);
      return;
    }
    options.onUnreadable({ key, problems: prepared.problems });
    if (tasks.delete(key)) options.onChange(key);
  };

  return {
    tasks,
    handlersOf: (row) => ({
      onListStart: () => {},
      onPage: (objects, page) => {
        for (const object of objects)
          if (!page.superseded(object.metadata.uid)) take(row, object, page.epoch);
        return Promise.resolve();
      },
      onEvent: (type, object, epoch) => {
        const key = taskKey(row.kind, object);
        if (type !== "DELETED") take(row, object, epoch);
        // Another policy of that name may be there already.
        else if (seen.get(key)?.uid === object.metadata.uid) remove(key);
        return Promise.resolve();
      },
      onSynced: (epoch) => {
        for (const [key, known] of seen) if (known.row === row && known.epoch < epoch) remove(key);
        options.onSynced?.(row);
        return Promise.resolve();
      },
      onState: () => {},
    }),
  };
}

/** A policy that trips over a bug of ours must not keep the others from being read. */
function prepare(
  row: PolicyRow,
  object: KubeObject,
  defaults: CleanupLimits,
): ReturnType<typeof prepareTask> {
  try {
    return prepareTask(row, object, defaults);
  } catch (error) {
    return { ok: false, problems: [{ path: "spec", message: `cannot be compiled: ${String(error)}` }] };
  }
}
