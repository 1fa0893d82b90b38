/** Waits that a stop ends and an event may cut short. */
export interface Pauses {
  /** Resolves after `ms`, or when `wake` is called; rejects when the signal aborts. */
  pause(ms: number): Promise<void>;
  wake(): void;
}

export function createPauses(signal: AbortSignal): Pauses {
  const sleeping = new Set<() => void>();
  return {
    pause: async (ms) => {
      signal.throwIfAborted();
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, ms);
      sleeping.add(resolve);
      const onAbort = (): void => resolve();
      signal.addEventListener("abort", onAbort);
      try {
        await promise;
      } finally {
        clearTimeout(timer);
        sleeping.delete(resolve);
        signal.removeEventListener("abort", onAbort);
      }
      signal.throwIfAborted();
    },
    wake: () => {
      for (const resolve of sleeping) resolve();
    },
  };
}
