import { everyUid } from "#api/meta/uid-range.ts";
import { isGone } from "../client/api-error.ts";
import { backoffMs, defaultBackoff } from "./backoff.ts";
import { createDelivery } from "./delivery.ts";
import { isStreamRefusal, readInitialStream } from "./initial-stream.ts";
import { isBeyondResuming, Restarted, Stopped, WatchBroken } from "./interruptions.ts";
import { outageOf } from "./outage.ts";
import { createPauses } from "./pause.ts";
import { createPositionCell } from "./position.ts";
import type { Position } from "./position.ts";
import { isOlder } from "./resource-version.ts";
import { shardSelectorOf } from "./shard-selector.ts";
import { createSourceHealth } from "./source-health.ts";
import type { SourceNotice, SourceOptions } from "./source-options.ts";
import type { Source } from "./source.ts";
import { defaultPageSize, walkPages } from "./walk-pages.ts";
import { openWatchConnection, WatchSilent } from "./watch-connection.ts";
import type { WatchConnection } from "./watch-connection.ts";

/** API servers send a bookmark about each minute. */
const defaultSilentAfterMs = 100_000;
const defaultInitialSilentAfterMs = 15_000;
const defaultWatchTimeoutSeconds = 300;
/** A watch that ends sooner and told nothing counts as a failure, or a server that is going down would be hammered. */
const shortWatchMs = 1_000;
/** After so many silent watches in a row the source asks whether the store was put back behind its position. */
const silentWatchesBeforeProbe = 2;

/** What one watch has told so far. */
interface Told {
  events: number;
  /** Steady clock; undefined: the server has not accepted the watch. */
  openedMs: number | undefined;
}

/** In a row. */
interface WatchCounts {
  failures: number;
  silences: number;
}

/**
 * Lists and watches one kind for as long as it is wanted, and tells `handlers` what `SourceHandlers` promises.
 *
 * Two loops: one lists whenever a list is due, one watches from wherever the last list or watch left off. The watch
 * starts at the first page's resourceVersion while the list is still being read, so that an expired continue token or a
 * long list loses nothing. Every failure is retried without end, with growing pauses, and shows in `state()`; an outage of
 * the server ends for all sources of a client when it ends for one.
 */
export function openSource(options: SourceOptions): Source {
  const { client, selection, handlers } = options;
  const range = options.range ?? everyUid;
  const serverRange = options.shardOnServer === true ? range : everyUid;
  const limits = options.backoff ?? defaultBackoff;
  const random = options.random ?? Math.random;
  const monotonic = options.monotonic ?? (() => performance.now());
  const silentAfterMs = options.silentAfterMs ?? defaultSilentAfterMs;
  const what =
    selection.type.group === ""
      ? selection.type.resource
      : `${selection.type.resource}.${selection.type.group}`;

  const stopping = new AbortController();
  const stopSignal = stopping.signal;
  const pauses = createPauses(stopSignal);
  const outage = outageOf(client).join();
  const health = createSourceHealth((state) => {
    if (!stopSignal.aborted) handlers.onState(state);
  });
  const delivery = createDelivery(handlers, range);
  const position = createPositionCell();
  let mayStream = options.initialList === "stream";
  let listing = new AbortController();
  let listDue = Promise.withResolvers<void>();
  let watching: AbortController | undefined;

  const notice = (kind: SourceNotice["kind"], reason: string): void => options.onNotice?.({ kind, reason });

  const requestList = (reason: string): void => {
    notice("relist", reason);
    listing.abort(new Restarted(reason));
    listDue.resolve();
  };

  const pauseAfter = (error: unknown, failures: number): Promise<void> =>
    outage.pause(pauses, backoffMs(error, failures, limits, random), error);

  /** Reports a failure of one part and waits. */
  const failed = async (part: "list" | "watch", error: unknown, failures: number): Promise<void> => {
    stopSignal.throwIfAborted();
    health.setProblem(part, { what: `cannot ${part} ${what}`, error });
    notice("retry", error instanceof Error ? error.message : String(error));
    await pauseAfter(error, failures);
  };

  const connect = (
    at: { readonly resourceVersion?: string; readonly sendInitialEvents?: boolean },
    silenceMs: number,
    signal: AbortSignal,
  ): Promise<WatchConnection> => {
    const timeoutSeconds = (options.watchTimeoutSeconds ?? defaultWatchTimeoutSeconds) * (1 + random());
    return openWatchConnection(
      {
        client,
        selection,
        shardSelector: shardSelectorOf(serverRange),
        timeoutSeconds: Math.max(1, Math.round(timeoutSeconds)),
        silentAfterMs: silenceMs,
        ...at,
      },
      signal,
    );
  };

  // List

  /** The watch starts at the first page, unless it is under way already and the store did not go back. */
  const placeWatch = (resourceVersion: string): void => {
    const known = position.get();
    if (known !== undefined && isOlder(resourceVersion, known.resourceVersion) === false) return;
    if (known !== undefined) delivery.forgetEvents();
    position.set({ resourceVersion, connection: undefined });
    watching?.abort(new Restarted("the watch starts again at the new list"));
  };

  const listPages = async (signal: AbortSignal): Promise<void> => {
    await walkPages(
      {
        client,
        selection,
        range: serverRange,
        pageSize: options.pageSize,
        signal,
        onFailure: (error, failures) => failed("list", error, failures),
      },
      async (page, isFirst) => {
        outage.answered();
        health.setProblem("list", undefined);
        if (isFirst) placeWatch(page.resourceVersion);
        await delivery.page(page.items);
      },
    );
  };

  /** True where the list came as a stream; false where it has to be read in pages. */
  const listStream = async (signal: AbortSignal): Promise<boolean> => {
    const silenceMs = options.initialSilentAfterMs ?? defaultInitialSilentAfterMs;
    // The loop that watches goes on with this connection: it ends with the source, not with the list.
    const opening = connect({ sendInitialEvents: true }, silenceMs, stopSignal);
    const onAbort = (): void => {
      opening.then((connection) => connection.close(signal.reason)).catch(() => {});
    };
    signal.addEventListener("abort", onAbort);
    try {
      const connection = await opening;
      const resourceVersion = await readInitialStream(
        connection,
        delivery,
        options.pageSize ?? defaultPageSize,
      );
      signal.throwIfAborted();
      connection.setSilentAfterMs(silentAfterMs);
      position.set({ resourceVersion, connection });
      return true;
    } catch (error) {
      opening.then((connection) => connection.close(new Stopped("not read to its end"))).catch(() => {});
      signal.throwIfAborted();
      if (!isStreamRefusal(error)) throw error;
      mayStream = false;
      notice("no-stream", error instanceof Error ? error.message : String(error));
      return false;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  };

  const listOnce = async (signal: AbortSignal): Promise<void> => {
    await delivery.startEpoch();
    const streamed = mayStream && position.get() === undefined && (await listStream(signal));
    if (!streamed) await listPages(signal);
    signal.throwIfAborted();
    await delivery.synced();
    health.setListed();
  };

  const listLoop = async (): Promise<void> => {
    let failures = 0;
    for (;;) {
      await Promise.race([listDue.promise, stopped]);
      stopSignal.throwIfAborted();
      listDue = Promise.withResolvers<void>();
      listing = new AbortController();
      try {
        await listOnce(AbortSignal.any([listing.signal, stopSignal]));
        failures = 0;
      } catch (error) {
        stopSignal.throwIfAborted();
        if (error instanceof Restarted) continue;
        listDue.resolve();
        failures += 1;
        if (isGone(error) && failures === 1) notice("relist", "the list expired before its end");
        else await failed("list", error, failures);
      }
    }
  };

  // Watch

  /** One event of the watch; the position moves only when the consumer is done with it. */
  const handleEvent = async (
    at: Position,
    event: NonNullable<Awaited<ReturnType<WatchConnection["next"]>>>,
  ): Promise<void> => {
    switch (event.type) {
      case "ADDED":
      case "MODIFIED":
      case "DELETED":
        await delivery.event(event.type, event.object);
        if (event.object.metadata.resourceVersion !== "")
          at.resourceVersion = event.object.metadata.resourceVersion;
        break;
      case "BOOKMARK":
        if (event.resourceVersion !== "") at.resourceVersion = event.resourceVersion;
        break;
      case "ERROR": {
        const error: Error = event.error;
        throw isGone(error) ? error : new WatchBroken(error.message, { cause: error });
      }
      default:
        event satisfies never;
    }
  };

  /** Reads one watch to its end and counts in `told` what it brings. */
  const watchOnce = async (at: Position, told: Told, signal: AbortSignal): Promise<void> => {
    const connection = at.connection ?? (await connect(at, silentAfterMs, signal));
    at.connection = undefined;
    const onAbort = (): void => connection.close(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      signal.throwIfAborted();
      told.openedMs = monotonic();
      outage.answered();
      health.setWatched();
      for (let event = await connection.next(); event !== undefined; event = await connection.next()) {
        if (at !== position.get()) break;
        await handleEvent(at, event);
        told.events += 1;
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      connection.close(new Stopped("the watch is done with"));
    }
  };

  /** A store that was put back sends nothing to a watch that is ahead of it. */
  const probe = async (at: Position): Promise<void> => {
    const { type, namespace } = selection;
    const page = await client.listPage(
      type,
      { limit: 1, ...(namespace === undefined ? {} : { namespace }), metadataOnly: true },
      { signal: stopSignal },
    );
    if (at === position.get() && isOlder(page.resourceVersion, at.resourceVersion) === true) {
      lose(at, "the store was put back to an older state");
    }
  };

  const lose = (at: Position, reason: string): void => {
    if (at === position.get()) position.set(undefined);
    requestList(reason);
  };

  /** After a watch that did not end well. */
  const recover = async (at: Position, error: unknown, told: Told, counts: WatchCounts): Promise<void> => {
    if (isGone(error)) {
      lose(at, "the watch's resourceVersion expired");
    } else if (error instanceof WatchSilent) {
      notice("silent", error.message);
      counts.silences = told.events > 0 ? 0 : counts.silences + 1;
      if (counts.silences < silentWatchesBeforeProbe) return;
      await probe(at).catch((cause: unknown) => failed("watch", cause, counts.silences));
    } else if (isBeyondResuming(error)) {
      await failed("watch", error, (counts.failures += 1));
      lose(at, error instanceof Error ? error.message : String(error));
    } else if (told.openedMs !== undefined) {
      // A connection that broke is no news unless it cannot be made again.
      notice("retry", error instanceof Error ? error.message : String(error));
      await pauseAfter(error, (counts.failures += 1));
    } else {
      await failed("watch", error, (counts.failures += 1));
    }
  };

  const watchLoop = async (): Promise<void> => {
    const counts: WatchCounts = { failures: 0, silences: 0 };
    for (;;) {
      const at = await position.known(stopSignal);
      const told: Told = { events: 0, openedMs: undefined };
      watching = new AbortController();
      let failure: unknown;
      try {
        await watchOnce(at, told, AbortSignal.any([watching.signal, stopSignal]));
        counts.silences = 0;
      } catch (error) {
        stopSignal.throwIfAborted();
        failure = error;
      }
      const wasUseful =
        told.events > 0 || (told.openedMs !== undefined && monotonic() - told.openedMs >= shortWatchMs);
      if (wasUseful && !isBeyondResuming(failure)) counts.failures = 0;
      if (failure instanceof Restarted || at !== position.get()) continue;
      if (failure !== undefined) await recover(at, failure, told, counts);
      else if (!wasUseful) await pauseAfter(undefined, (counts.failures += 1));
    }
  };

  const stopped = new Promise<void>((done) => {
    stopSignal.addEventListener("abort", () => done(), { once: true });
  });
  const untilStopped = (loop: () => Promise<void>): Promise<void> =>
    loop().catch((error: unknown) => {
      if (!stopSignal.aborted) throw error;
    });
  listDue.resolve();
  const loops = Promise.all([untilStopped(listLoop), untilStopped(watchLoop)]);

  return {
    selection,
    state: () => health.state(),
    relist: (reason) => {
      requestList(reason);
      pauses.wake();
    },
    stop: async () => {
      stopping.abort(new Stopped("the source was stopped"));
      await loops;
      outage.leave();
    },
  };
}
