interface Bucket {
  tokens: number;
  filledAtMs: number;
}

export interface EventBudgetOptions {
  /** How many may be spent at once, and how many come back in `periodMs`. */
  readonly size: number;
  readonly periodMs: number;
  /** Keys that are remembered; whoever comes when all of them are in use has no budget. */
  readonly maxKeys: number;
  readonly monotonicMs: () => number;
}

/** A token bucket per key. */
export interface EventBudget {
  /** Takes one token of `key`; false where there is none. */
  spend(key: string): boolean;
}

export function createEventBudget({ size, periodMs, maxKeys, monotonicMs }: EventBudgetOptions): EventBudget {
  // The least recently used come first, for each use moves its key to the end.
  const buckets = new Map<string, Bucket>();

  const refill = (bucket: Bucket, nowMs: number): void => {
    bucket.tokens = Math.min(size, bucket.tokens + ((nowMs - bucket.filledAtMs) * size) / periodMs);
    bucket.filledAtMs = nowMs;
  };

  /** Forgets the oldest key where that changes nothing, because its bucket is full again. */
  const makeRoom = (nowMs: number): boolean => {
    if (buckets.size < maxKeys) return true;
    for (const [key, bucket] of buckets) {
      refill(bucket, nowMs);
      if (bucket.tokens < size) return false;
      buckets.delete(key);
      return true;
    }
    return false;
  };

  return {
    spend(key) {
      const nowMs = monotonicMs();
      const known = buckets.get(key);
      if (known === undefined && !makeRoom(nowMs)) return false;
      const bucket = known ?? { tokens: size, filledAtMs: nowMs };
      refill(bucket, nowMs);
      buckets.delete(key);
      buckets.set(key, bucket);
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
  };
}
