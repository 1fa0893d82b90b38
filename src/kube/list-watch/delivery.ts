import type { KubeObject } from "#api/meta/object-meta.ts";
import { ownsUid } from "#api/meta/uid-range.ts";
import type { UidRange } from "#api/meta/uid-range.ts";
import type { SourceHandlers, WatchEventType } from "./source.ts";

/** The consumer's handler failed: a bug there, after which nothing that it was told is sure. */
export class HandlerFailed extends Error {
  override readonly name = "HandlerFailed";
}

/**
 * Hands over what list and watch bring in the order that `SourceHandlers` promises: `onListStart`, `onEvent` and
 * `onSynced` one after the other, pages beside them and never after an event of the same uid.
 */
export interface Delivery {
  epoch(): number;
  startEpoch(): Promise<void>;
  page(objects: readonly KubeObject[]): Promise<void>;
  event(type: WatchEventType, object: KubeObject): Promise<void>;
  synced(): Promise<void>;
  /** Events of this epoch no longer overrule pages: they told of a state that the store has left behind. */
  forgetEvents(): void;
}

export function createDelivery(handlers: SourceHandlers, range: UidRange): Delivery {
  let epoch = 0;
  let isListing = false;
  /** The uids of which the watch told since the epoch began; needed only while pages are to come. */
  let overtaken = new Set<string>();
  let last: Promise<void> = Promise.resolve();

  const guarded = async (call: () => Promise<void> | void): Promise<void> => {
    try {
      await call();
    } catch (error) {
      throw new HandlerFailed(error instanceof Error ? error.message : String(error), { cause: error });
    }
  };

  const inTurn = (call: () => Promise<void> | void): Promise<void> => {
    const turn = last.then(() => guarded(call));
    last = turn.catch(() => {});
    return turn;
  };

  return {
    epoch: () => epoch,
    startEpoch: () =>
      inTurn(() => {
        epoch += 1;
        isListing = true;
        overtaken = new Set();
        handlers.onListStart(epoch);
      }),
    page: async (objects) => {
      const known = overtaken;
      const fresh = objects.filter(
        ({ metadata }) => ownsUid(range, metadata.uid) && !known.has(metadata.uid),
      );
      if (fresh.length === 0) return;
      await guarded(() => handlers.onPage(fresh, { epoch, superseded: (uid) => known.has(uid) }));
    },
    event: async (type, object) => {
      const { uid } = object.metadata;
      if (!ownsUid(range, uid)) return;
      // At once, not in its turn: a page that is being handled must learn of it before the event is.
      if (isListing) overtaken.add(uid);
      await inTurn(() => {
        if (isListing) overtaken.add(uid);
        return handlers.onEvent(type, object, epoch);
      });
    },
    synced: () =>
      inTurn(async () => {
        isListing = false;
        overtaken = new Set();
        await handlers.onSynced(epoch);
      }),
    forgetEvents: () => {
      overtaken.clear();
    },
  };
}
