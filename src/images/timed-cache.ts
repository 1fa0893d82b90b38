/** Answers that are believed for a while: at most so many, and of so many bytes. */
export interface TimedCache<T> {
  get(key: string): T | undefined;
  set(key: string, value: T, untilMs: number, bytes: number): void;
  clear(): void;
  size(): number;
}

interface Kept<T> {
  readonly value: T;
  readonly untilMs: number;
  readonly bytes: number;
}

export function createTimedCache<T>(options: {
  readonly maxEntries: () => number;
  readonly maxBytes: number;
  readonly nowMs: () => number;
}): TimedCache<T> {
  const kept = new Map<string, Kept<T>>();
  let bytes = 0;
  const forget = (key: string): void => {
    bytes -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  };
  return {
    get(key) {
      const found = kept.get(key);
      if (found === undefined) return undefined;
      if (found.untilMs > options.nowMs()) return found.value;
      forget(key);
      return undefined;
    },
    set(key, value, untilMs, size) {
      forget(key);
      if (size > options.maxBytes / 4) return;
      kept.set(key, { value, untilMs, bytes: size });
      bytes += size;
      for (const oldest of kept.keys()) {
        if (kept.size <= options.maxEntries() && bytes <= options.maxBytes) break;
        forget(oldest);
      }
    },
    clear() {
      kept.clear();
      bytes = 0;
    },
    size: () => kept.size,
  };
}
