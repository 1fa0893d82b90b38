export interface BackoffOptions {
  /** Delay after the first failure; doubles with each one. */
  readonly baseMs?: number;
  readonly maxMs?: number;
  /** Share of a delay that is random: 0.5 gives delays between half of the nominal one and all of it. */
  readonly jitter?: number;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** Growing delays per key. It holds one small number for each key that is failing now. */
export interface Backoff<K> {
  /** Counts a failure of `key` and gives the delay before the next try; never less than `atLeastMs`. */
  next(key: K, atLeastMs?: number): number;
  /** Failures of `key` in a row. */
  failures(key: K): number;
  /** `key` succeeded, or is gone. */
  forget(key: K): void;
}

/** Exponential backoff with jitter: 5 ms to 5 min unless told otherwise. */
export function createBackoff<K>(options: BackoffOptions): Backoff<K> {
  const { baseMs = 5, maxMs = 300_000, jitter = 0.5, random } = options;
  const counts = new Map<K, number>();
  return {
    next(key, atLeastMs = 0) {
      const failed = counts.get(key) ?? 0;
      counts.set(key, failed + 1);
      // Beyond 2^40 every sane maximum is reached; the bound keeps the power finite.
      const nominalMs = Math.min(maxMs, baseMs * 2 ** Math.min(failed, 40));
      return Math.max(atLeastMs, nominalMs * (1 - jitter * random()));
    },
    failures: (key) => counts.get(key) ?? 0,
    forget(key) {
      counts.delete(key);
    },
  };
}
