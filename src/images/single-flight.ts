/** Runs one call per key at a time; whoever asks meanwhile gets the answer of the call that is under way. */
export function createSingleFlight<T>(): (key: string, call: () => Promise<T>) => Promise<T> {
  const running = new Map<string, Promise<T>>();
  const start = async (key: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } finally {
      running.delete(key);
    }
  };
  return (key, call) => {
    const known = running.get(key);
    if (known !== undefined) return known;
    const started = start(key, call);
    running.set(key, started);
    return started;
  };
}
