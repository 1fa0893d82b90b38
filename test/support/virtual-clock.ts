import type { Clock } from "#controllers/runtime/clock.ts";

/** A clock that stands still until a test moves it. */
export interface VirtualClock extends Clock {
  /**
   * Moves time forward and fires what falls due, in order of time, then of setting. Promises that a timer settles run
   * before the next timer fires; so do timers that they set.
   */
  advance(ms: number): Promise<void>;
  /** Lets promises that are ready run, without moving time. */
  settle(): Promise<void>;
  /** Moves the wall clock alone, as a correction by NTP does. */
  shiftWallClock(ms: number): void;
  /** Timers that have not fired. */
  pendingTimers(): number;
}

interface PendingTimer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** One turn of the event loop: every promise that is ready has run to its next wait on the outside. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function createVirtualClock(startMs = Date.UTC(2026, 0, 1)): VirtualClock {
  let monotonic = 0;
  let wallOffset = startMs;
  const timers = new Set<PendingTimer>();

  const earliest = (untilMs: number): PendingTimer | undefined => {
    let found: PendingTimer | undefined;
    for (const timer of timers) {
      if (timer.dueMs <= untilMs && (found === undefined || timer.dueMs < found.dueMs)) found = timer;
    }
    return found;
  };

  return {
    now: () => wallOffset + monotonic,
    monotonicMs: () => monotonic,
    setTimer(delayMs, callback) {
      const timer: PendingTimer = { dueMs: monotonic + Math.max(0, delayMs), callback };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    async advance(ms) {
      const untilMs = monotonic + ms;
      await turn();
      for (let timer = earliest(untilMs); timer !== undefined; timer = earliest(untilMs)) {
        timers.delete(timer);
        monotonic = Math.max(monotonic, timer.dueMs);
        timer.callback();
        await turn();
      }
      monotonic = untilMs;
    },
    settle: turn,
    shiftWallClock(ms) {
      wallOffset += ms;
    },
    pendingTimers: () => timers.size,
  };
}
