import type { Backoff } from "./backoff.ts";
import type { Clock, Timer } from "./clock.ts";
import { IndexedHeap } from "./indexed-heap.ts";

interface AddOptions {
  /** Not before this many ms from now. */
  readonly afterMs?: number;
  /** Higher leaves first; events of the initial list and resyncs use `resyncPriority`. */
  readonly priority?: number;
}

/** The priority of work that nobody waits for: initial lists, resyncs, rescans. */
export const resyncPriority = -100;

export interface WorkItem<K> {
  readonly key: K;
  readonly priority: number;
}

/**
 * Keys that wait for work. Its memory grows with the number of different keys and with nothing else.
 *
 * - A key is here once: adding it again keeps the earliest ready time and the highest priority.
 * - A key in work is never handed out a second time; added meanwhile, it runs once more after `finish`.
 * - Ready keys leave by priority, within a priority in the order in which they became ready.
 *
 * ```
 *           afterMs > 0             due                take
 *  add ──────────────────▶ delayed ─────▶ ready ─────────────────▶ in work ──finish──▶ gone
 *   └───────────────────────────────────────▲                        │ added meanwhile
 *                                           └────────finish──────────┘
 * ```
 */
export interface WorkQueue<K> {
  add(key: K, options?: AddOptions): void;
  /** Adds `key` after its backoff, which grows with each call until `forget`; never sooner than `atLeastMs`. */
  addRateLimited(key: K, options?: { readonly priority?: number; readonly atLeastMs?: number }): void;
  /** Resets the backoff of `key`. */
  forget(key: K): void;
  /** Times that `key` was rate-limited in a row. */
  failures(key: K): number;
  /** The next ready key, when there is one; undefined once `signal` is aborted or the queue is shut down. */
  take(signal: AbortSignal): Promise<WorkItem<K> | undefined>;
  /** Ends the work on a taken key. Every take is finished, in a `finally`. */
  finish(key: K): void;
  /** Drops `key` and its backoff; one in work finishes but does not run again. For keys that no longer exist. */
  remove(key: K): void;
  /** Hands out nothing more and ends all waits. */
  shutDown(): void;
  readings(): QueueReadings;
}

interface QueueReadings {
  readonly ready: number;
  readonly delayed: number;
  readonly inWork: number;
  /** How long the key that has been ready longest has waited; 0 where none is ready. */
  readonly oldestReadyMs: number;
  /** How long the oldest work has been going on; 0 where there is none. */
  readonly oldestInWorkMs: number;
}

interface Entry<K> {
  readonly key: K;
  priority: number;
  /** Monotonic time at which it may run. */
  readyAtMs: number;
  /** Order in which it became ready, or was added. */
  sequence: number;
}

export interface WorkQueueOptions<K> {
  readonly clock: Clock;
  readonly backoff: Backoff<K>;
}

export function createWorkQueue<K>({ clock, backoff }: WorkQueueOptions<K>): WorkQueue<K> {
  const waiting = new Map<K, Entry<K>>();
  const delayed = new IndexedHeap<Entry<K>>((a, b) =>
    a.readyAtMs === b.readyAtMs ? a.sequence < b.sequence : a.readyAtMs < b.readyAtMs,
  );
  const ready = new IndexedHeap<Entry<K>>((a, b) =>
    a.priority === b.priority ? a.sequence < b.sequence : a.priority > b.priority,
  );
  // Insertion order is order of time in both, so the first entry is the oldest.
  const readySinceMs = new Map<K, number>();
  const workSinceMs = new Map<K, number>();
  // Entries of keys in work that were added meanwhile: they wait for `finish`.
  const again = new Map<K, Entry<K>>();
  const takers = new Set<() => void>();
  let sequence = 0;
  let timer: { readonly atMs: number; readonly handle: Timer } | undefined;
  let closed = false;

  const isOpen = (): boolean => !closed;

  const wakeOne = (): void => {
    const [taker] = takers;
    if (taker === undefined) return;
    takers.delete(taker);
    taker();
  };

  const makeReady = (entry: Entry<K>): void => {
    entry.sequence = sequence++;
    ready.push(entry);
    readySinceMs.set(entry.key, clock.monotonicMs());
    wakeOne();
  };

  const armTimer = (): void => {
    const next = delayed.peek();
    if (timer !== undefined && timer.atMs === next?.readyAtMs) return;
    timer?.handle.cancel();
    timer = undefined;
    if (next === undefined || closed) return;
    const atMs = next.readyAtMs;
    const handle = clock.setTimer(atMs - clock.monotonicMs(), () => {
      timer = undefined;
      promote();
    });
    timer = { atMs, handle };
  };

  const promote = (): void => {
    const nowMs = clock.monotonicMs();
    for (let entry = delayed.peek(); entry !== undefined; entry = delayed.peek()) {
      if (entry.readyAtMs > nowMs) break;
      delayed.pop();
      makeReady(entry);
    }
    armTimer();
  };

  const enqueue = (entry: Entry<K>): void => {
    waiting.set(entry.key, entry);
    if (entry.readyAtMs <= clock.monotonicMs()) makeReady(entry);
    else {
      delayed.push(entry);
      armTimer();
    }
  };

  const merge = (entry: Entry<K>, readyAtMs: number, priority: number): void => {
    entry.priority = Math.max(entry.priority, priority);
    entry.readyAtMs = Math.min(entry.readyAtMs, readyAtMs);
  };

  const reorder = (entry: Entry<K>): void => {
    if (readySinceMs.has(entry.key)) ready.update(entry);
    else if (entry.readyAtMs <= clock.monotonicMs()) {
      delayed.delete(entry);
      makeReady(entry);
      armTimer();
    } else {
      delayed.update(entry);
      armTimer();
    }
  };

  const add = (key: K, options: AddOptions = {}): void => {
    if (closed) return;
    const priority = options.priority ?? 0;
    const readyAtMs = clock.monotonicMs() + Math.max(0, options.afterMs ?? 0);
    const pool = workSinceMs.has(key) ? again : waiting;
    const known = pool.get(key);
    if (known !== undefined) {
      merge(known, readyAtMs, priority);
      if (pool === waiting) reorder(known);
      return;
    }
    const entry: Entry<K> = { key, priority, readyAtMs, sequence: sequence++ };
    if (pool === again) again.set(key, entry);
    else enqueue(entry);
  };

  const takeReady = (): WorkItem<K> | undefined => {
    const entry = ready.pop();
    if (entry === undefined) return undefined;
    waiting.delete(entry.key);
    readySinceMs.delete(entry.key);
    workSinceMs.set(entry.key, clock.monotonicMs());
    return { key: entry.key, priority: entry.priority };
  };

  const waitForWork = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const settle = (): void => {
        takers.delete(settle);
        signal.removeEventListener("abort", settle);
        resolve();
      };
      takers.add(settle);
      signal.addEventListener("abort", settle);
    });

  const ageMs = (since: ReadonlyMap<K, number>): number => {
    for (const startedMs of since.values()) return clock.monotonicMs() - startedMs;
    return 0;
  };

  return {
    add,
    addRateLimited(key, { priority, atLeastMs } = {}) {
      const afterMs = backoff.next(key, atLeastMs);
      add(key, priority === undefined ? { afterMs } : { afterMs, priority });
    },
    forget: (key) => backoff.forget(key),
    failures: (key) => backoff.failures(key),
    async take(signal) {
      while (isOpen() && !signal.aborted) {
        const item = takeReady();
        if (item !== undefined) return item;
        await waitForWork(signal);
      }
      // Woken for a key but not taking it: another taker must not sleep on.
      if (ready.size > 0) wakeOne();
      return undefined;
    },
    finish(key) {
      workSinceMs.delete(key);
      const entry = again.get(key);
      if (entry === undefined) return;
      again.delete(key);
      if (!closed) enqueue(entry);
    },
    remove(key) {
      backoff.forget(key);
      again.delete(key);
      const entry = waiting.get(key);
      if (entry === undefined) return;
      waiting.delete(key);
      readySinceMs.delete(key);
      ready.delete(entry);
      if (delayed.delete(entry)) armTimer();
    },
    shutDown() {
      closed = true;
      timer?.handle.cancel();
      timer = undefined;
      for (const taker of takers) taker();
    },
    readings: () => ({
      ready: ready.size,
      delayed: delayed.size,
      inWork: workSinceMs.size,
      oldestReadyMs: ageMs(readySinceMs),
      oldestInWorkMs: ageMs(workSinceMs),
    }),
  };
}
