import type { KubeObject } from "#api/meta/object-meta.ts";
import { everyUid, ownsUid } from "#api/meta/uid-range.ts";
import type { UidRange } from "#api/meta/uid-range.ts";
import { isGone, isTransient } from "../client/api-error.ts";
import { delay } from "../client/deadline.ts";
import type { KubeClient } from "../client/kube-client.ts";
import { backoffMs, defaultBackoff } from "./backoff.ts";
import type { BackoffLimits } from "./backoff.ts";
import type { Selection } from "./source.ts";
import { walkPages } from "./walk-pages.ts";

export interface FetchPagesOptions {
  readonly range?: UidRange;
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
  /** Awaited before a page is asked for, each time: the caller's pace, and when a page is as old as it can be. */
  readonly beforeRequest?: (isFirst: boolean) => Promise<void> | undefined;
  /** Failures in a row after which it gives up. Default 5; answers that do not go away by themselves count at once. */
  readonly maxFailures?: number;
  readonly backoff?: BackoffLimits;
  readonly random?: () => number;
}

const maxRestarts = 3;

/**
 * Hands the objects that exist to `handlePage`, page by page, one page in memory at a time. The pages need not be of one
 * state; an object may come twice where the list had to start over. Rejects with what the API server answered, or with
 * what `handlePage` threw. Returns how many objects were handed over.
 */
export async function fetchPages(
  client: Pick<KubeClient, "listPage">,
  selection: Selection,
  handlePage: (objects: readonly KubeObject[]) => Promise<void>,
  options: FetchPagesOptions = {},
): Promise<number> {
  const { signal, beforeRequest } = options;
  const range = options.range ?? everyUid;
  const random = options.random ?? Math.random;
  let count = 0;

  const onFailure = async (error: unknown, failures: number): Promise<void> => {
    if (!isTransient(error) || failures >= (options.maxFailures ?? 5)) throw error;
    await delay(backoffMs(error, failures, options.backoff ?? defaultBackoff, random), signal);
  };

  for (let restarts = 0; ; restarts++) {
    try {
      await walkPages(
        { client, selection, range, pageSize: options.pageSize, signal, onFailure, beforeRequest },
        async (page) => {
          const objects = page.items.filter((object) => ownsUid(range, object.metadata.uid));
          count += objects.length;
          await handlePage(objects);
        },
      );
      return count;
    } catch (error) {
      if (!isGone(error) || restarts >= maxRestarts) throw error;
    }
  }
}
