/** Aborts when any of several signals does or when a time has passed; `dispose` lets go of all of them. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Rejects with the signal's reason. Never resolves. */
  readonly expired: Promise<never>;
  /** From here on only the signals count, no longer the time. */
  stopClock(): void;
  dispose(): void;
}

/**
 * Written out, because `AbortSignal.any` keeps one entry per request on a signal that lives as long as the process.
 * `timeoutReason` is what the request fails with when its time has passed.
 */
export function createDeadline(
  signals: readonly (AbortSignal | undefined)[],
  timeoutMs: number,
  timeoutReason: () => Error,
): Deadline {
  const controller = new AbortController();
  const { promise: expired, reject } = Promise.withResolvers<never>();
  expired.catch(() => {}); // whoever races against it handles it; nobody may be racing any more
  const abort = (reason: unknown): void => {
    controller.abort(reason);
    reject(reason);
  };
  const sources = signals.filter((signal) => signal !== undefined);
  const onAbort = (event: Event): void => abort((event.target as AbortSignal).reason);
  for (const signal of sources) {
    if (signal.aborted) abort(signal.reason);
    else signal.addEventListener("abort", onAbort, { once: true });
  }
  const timer = Number.isFinite(timeoutMs) ? setTimeout(() => abort(timeoutReason()), timeoutMs) : undefined;
  const stopClock = (): void => clearTimeout(timer);
  return {
    signal: controller.signal,
    expired,
    stopClock,
    dispose: () => {
      stopClock();
      for (const signal of sources) signal.removeEventListener("abort", onAbort);
    },
  };
}

/** Resolves after `ms`, or rejects with the reason of the first signal that aborts. */
export async function delay(ms: number, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const deadline = createDeadline(signals, Number.POSITIVE_INFINITY, () => new Error("unreachable"));
  try {
    await Promise.race([promise, deadline.expired]);
  } finally {
    clearTimeout(timer);
    deadline.dispose();
  }
}
