const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The first SIGINT, SIGTERM or SIGHUP (a closed terminal) aborts; the second ends the process at once. */
export interface EndingSignal {
  readonly signal: AbortSignal;
  dispose(): void;
}

/** Listens for the signals that end a process. */
export function catchEndingSignals(): EndingSignal {
  const stopping = new AbortController();
  const onSignal = (): void => {
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort();
  };
  const dispose = (): void => {
    for (const name of endingSignals) process.off(name, onSignal);
  };
  for (const name of endingSignals) process.on(name, onSignal);
  return { signal: stopping.signal, dispose };
}

/** Resolves when `signal` aborts. */
export function untilSignalled(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  // A promise alone keeps no process alive.
  const alive = setInterval(() => {}, 60_000);
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise.finally(() => clearInterval(alive));
}
