/**
 * Long work gives way to the event loop, or leases, probes and watch events starve behind it.
 *
 * Returns a function to call between two resources: it resolves at once while the running slice is younger than
 * `sliceMs`, and after a turn of the event loop otherwise.
 */
export function createSlicer(options: {
  readonly sliceMs: number;
  readonly monotonicMs: () => number;
  /** Told the length of each slice that was cut, in milliseconds. */
  readonly onSlice?: (ms: number) => void;
}): () => Promise<void> | undefined {
  let startedMs = options.monotonicMs();
  return () => {
    const now = options.monotonicMs();
    if (now - startedMs < options.sliceMs) return undefined;
    options.onSlice?.(now - startedMs);
    return new Promise((resolve) => {
      setImmediate(() => {
        startedMs = options.monotonicMs();
        resolve();
      });
    });
  };
}
