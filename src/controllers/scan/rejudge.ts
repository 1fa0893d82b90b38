import { resyncPriority } from "#controllers/runtime/work-queue.ts";
import type { WorkQueue } from "#controllers/runtime/work-queue.ts";
import type { Outcome } from "#controllers/runtime/reconcile-loop.ts";
import { isNotFound } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { KindScan } from "./kind-scan.ts";

export interface RejudgeDeps {
  readonly queue: WorkQueue<string>;
  readonly client: Pick<KubeClient, "get">;
  /** The kinds that know the object, one per version that is judged. */
  readonly scansOf: (uid: string) => readonly KindScan[];
  /** Puts a report again that is about no object that is judged. */
  readonly putStanding: (uid: string) => Promise<void>;
}

/** Objects that are read and judged by themselves: their report was touched, or judging them failed. */
export interface Rejudge {
  /** The report is not what was written: look at it soon. */
  soon(uid: string): void;
  /** Judging or writing failed: try again with growing delays. */
  afterFailure(uid: string): void;
  /** One object, read and judged by all its policies. */
  reconcile(uid: string, signal: AbortSignal): Promise<Outcome>;
}

export function createRejudge({ queue, client, scansOf, putStanding }: RejudgeDeps): Rejudge {
  return {
    soon: (uid) => queue.add(uid),
    afterFailure: (uid) => queue.addRateLimited(uid, { priority: resyncPriority }),
    async reconcile(uid, signal) {
      // One version is enough: where a verdict changed, the others are judged with it.
      const [scan] = scansOf(uid);
      const record = scan?.table.get(uid);
      if (scan === undefined || record === undefined) {
        await putStanding(uid);
        return { kind: "done" };
      }
      const since = scan.table.changeNumber;
      const { name, namespace } = record;
      try {
        const object = await client.get(scan.type, namespace === "" ? { name } : { name, namespace }, {
          signal,
        });
        if (object.metadata.uid === uid) await scan.judgeRead(object, since);
      } catch (error) {
        // Gone: the watch will tell.
        if (!isNotFound(error) && !scan.signal.aborted) throw error;
      }
      return { kind: "done" };
    },
  };
}
