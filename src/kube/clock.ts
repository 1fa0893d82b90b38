/** A timer that has not fired yet. */
export interface Timer {
  /** Does nothing where the timer has fired or was cancelled. */
  cancel(): void;
}

/** Time as an argument. Code that decides takes this port; only the composition root makes the real one. */
export interface Clock {
  /** Wall time in ms since 1970: for people and for timestamps on the wire, never for measuring. */
  now(): number;
  /** Monotonic ms since some fixed moment: for deadlines, ages and durations. */
  monotonicMs(): number;
  /** Calls back once after `delayMs`. A background timer does not keep the process alive. */
  setTimer(delayMs: number, callback: () => void, options?: { readonly background?: boolean }): Timer;
}

/** Resolves after `delayMs`, or at once when `signal` aborts; the caller looks at the signal. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const settle = (): void => {
      timer.cancel();
      signal.removeEventListener("abort", settle);
      resolve();
    };
    const timer = clock.setTimer(delayMs, settle);
    signal.addEventListener("abort", settle);
  });
}
