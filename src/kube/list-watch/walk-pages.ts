import type { UidRange } from "#api/meta/uid-range.ts";
import { isGone, TransportError } from "../client/api-error.ts";
import type { KubeClient, ListPage } from "../client/kube-client.ts";
import { shardSelectorOf } from "./shard-selector.ts";
import type { Selection } from "./source.ts";

export const defaultPageSize = 500;

export interface WalkOptions {
  readonly client: Pick<KubeClient, "listPage">;
  readonly selection: Selection;
  /** The server is asked for these uids only; it may answer with more. */
  readonly range?: UidRange | undefined;
  readonly pageSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Waits before the page is asked for once more, or throws to give up. `failures` counts those in a row, from 1. */
  readonly onFailure: (error: unknown, failures: number) => Promise<void>;
  /** Awaited before a page is asked for, each time: the caller's pace. */
  readonly beforeRequest?: ((isFirst: boolean) => Promise<void> | undefined) | undefined;
}

/** How often in a row a list may be told to go on at a newer state before that counts as a list that cannot be read. */
const maxRenewedTokens = 5;

/**
 * Lists page by page; the next page is asked for when `handle` is done with the last one, and nothing of a page is kept.
 *
 * A 410 in mid-list goes on with the token that the answer carries: the rest is then read at a newer state, which is
 * right for those who watch since the first page, and for those who need no single state. A 410 without a token is
 * thrown. A page that is too long to be read is asked for in halves.
 */
export async function walkPages(
  options: WalkOptions,
  handle: (page: ListPage, isFirst: boolean) => Promise<void>,
): Promise<void> {
  const { client, selection, signal } = options;
  const shardSelector = options.range === undefined ? undefined : shardSelectorOf(options.range);
  let limit = options.pageSize ?? defaultPageSize;
  let token: string | undefined;
  let failures = 0;
  let renewedTokens = 0;

  const fetchPage = async (): Promise<ListPage> =>
    client.listPage(
      selection.type,
      {
        limit,
        ...(token === undefined ? {} : { continue: token }),
        ...(selection.namespace === undefined ? {} : { namespace: selection.namespace }),
        ...(selection.labelSelector === undefined ? {} : { labelSelector: selection.labelSelector }),
        ...(selection.metadataOnly === undefined ? {} : { metadataOnly: selection.metadataOnly }),
        ...(shardSelector === undefined ? {} : { shardSelector }),
      },
      signal === undefined ? {} : { signal },
    );

  const recover = async (error: unknown): Promise<void> => {
    signal?.throwIfAborted();
    if (isGone(error) && token !== undefined) {
      if (error.continueToken === undefined || ++renewedTokens > maxRenewedTokens) throw error;
      token = error.continueToken;
      return;
    }
    if (error instanceof TransportError && error.kind === "too-large" && limit > 1) {
      limit = Math.ceil(limit / 2);
      return;
    }
    await options.onFailure(error, ++failures);
  };

  /** In a function of its own, so that its page can be collected while the next one is read. */
  const step = async (isFirst: boolean): Promise<"again" | "next" | "end"> => {
    let page: ListPage;
    await options.beforeRequest?.(isFirst);
    try {
      page = await fetchPage();
    } catch (error) {
      await recover(error);
      return "again";
    }
    failures = 0;
    renewedTokens = 0;
    token = page.continue;
    await handle(page, isFirst);
    return page.continue === undefined ? "end" : "next";
  };

  for (let isFirst = true; ;) {
    signal?.throwIfAborted();
    const outcome = await step(isFirst);
    if (outcome === "end") return;
    if (outcome === "next") isFirst = false;
  }
}
