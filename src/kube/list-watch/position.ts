import type { WatchConnection } from "./watch-connection.ts";

/**
 * Where the watch is to go on. A new object for every new start, so that a watch which was given up cannot move the
 * position of the one that follows it.
 */
export interface Position {
  resourceVersion: string;
  /** A connection that is open at this position already: the rest of a streamed list. */
  connection: WatchConnection | undefined;
}

/** Holds the position; a watch that has none waits until a list brings one. */
export interface PositionCell {
  get(): Position | undefined;
  set(position: Position | undefined): void;
  /** Resolves when there is a position; rejects when the signal aborts. */
  known(signal: AbortSignal): Promise<Position>;
}

export function createPositionCell(): PositionCell {
  let position: Position | undefined;
  let arrived = Promise.withResolvers<void>();
  return {
    get: () => position,
    set: (next) => {
      position = next;
      if (next === undefined) return;
      arrived.resolve();
      arrived = Promise.withResolvers<void>();
    },
    known: async (signal) => {
      const stopped = Promise.withResolvers<void>();
      const onAbort = (): void => stopped.resolve();
      signal.addEventListener("abort", onAbort);
      try {
        for (;;) {
          signal.throwIfAborted();
          if (position !== undefined) return position;
          await Promise.race([arrived.promise, stopped.promise]);
        }
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
    },
  };
}
