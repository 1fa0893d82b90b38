import type { KubeClient, WatchEvent, WatchQuery } from "../client/kube-client.ts";
import type { Selection } from "./source.ts";

/** Nothing came for longer than the server's bookmarks would let it be: the connection is taken for dead. */
export class WatchSilent extends Error {
  override readonly name = "WatchSilent";
}

export interface WatchConnectionOptions {
  readonly client: KubeClient;
  readonly selection: Selection;
  readonly shardSelector?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds: number;
  readonly silentAfterMs: number;
}

/** One open watch. */
export interface WatchConnection {
  /** The next event; undefined when the watch has ended well. Rejects with `WatchSilent` or what broke the watch. */
  next(): Promise<WatchEvent | undefined>;
  /** From now on silence counts after this time. */
  setSilentAfterMs(ms: number): void;
  /** Ends the watch: a `next` under way rejects with the reason. */
  close(reason: Error): void;
}

/** The server ends a watch after `timeoutSeconds`; one that lives this much longer has forgotten to. */
const overtimeMs = 15_000;

/** Opens a watch; rejects with what the server answered, or with the reason given to `signal`. */
export async function openWatchConnection(
  options: WatchConnectionOptions,
  signal: AbortSignal,
): Promise<WatchConnection> {
  const { selection, shardSelector, resourceVersion, timeoutSeconds } = options;
  signal.throwIfAborted();
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  let isWaiting = false;
  let isOver = false;
  let silentAfterMs = options.silentAfterMs;

  const release = (): void => {
    isOver = true;
    clearTimeout(silence);
    clearTimeout(overtime);
    signal.removeEventListener("abort", onAbort);
  };
  const close = (reason: Error): void => {
    controller.abort(reason);
    release();
  };
  const onSilence = (): void => {
    // While an event is being handled nobody reads, so that nothing can be heard.
    if (isWaiting) controller.abort(new WatchSilent(`nothing came for ${silentAfterMs} ms`));
  };
  let silence = setTimeout(onSilence, silentAfterMs);
  const overtime = setTimeout(
    () => controller.abort(new WatchSilent(`the server did not end the watch after ${timeoutSeconds} s`)),
    timeoutSeconds * 1000 + overtimeMs,
  );

  const query: WatchQuery = {
    timeoutSeconds,
    signal: controller.signal,
    ...(selection.namespace === undefined ? {} : { namespace: selection.namespace }),
    ...(selection.labelSelector === undefined ? {} : { labelSelector: selection.labelSelector }),
    ...(selection.metadataOnly === undefined ? {} : { metadataOnly: selection.metadataOnly }),
    ...(shardSelector === undefined ? {} : { shardSelector }),
    ...(resourceVersion === undefined || resourceVersion === "" ? {} : { resourceVersion }),
    ...(options.sendInitialEvents === true ? { sendInitialEvents: true } : {}),
  };
  let events: AsyncIterator<WatchEvent>;
  try {
    events = (await options.client.watch(selection.type, query))[Symbol.asyncIterator]();
  } catch (error) {
    release();
    throw error;
  }

  return {
    next: async () => {
      controller.signal.throwIfAborted();
      if (isOver) return undefined;
      isWaiting = true;
      silence.refresh();
      try {
        const result = await events.next();
        if (result.done !== true) return result.value;
        release();
        return undefined;
      } catch (error) {
        release();
        throw error;
      } finally {
        isWaiting = false;
      }
    },
    setSilentAfterMs: (ms) => {
      silentAfterMs = ms;
      clearTimeout(silence);
      silence = setTimeout(onSilence, ms);
    },
    close,
  };
}
