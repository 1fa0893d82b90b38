/** Deletions of one policy that follow from evaluations, within a limit per minute. */
export interface DeletionLimit {
  /**
   * How many of `wanted` may be deleted now: all of them, or none. Once it was none, it stays so for the policy until it is
   * confirmed.
   */
  take(policyKey: string, wanted: number, facts: LimitFacts): number;
  /** Those who answer for the policy confirmed: for ten minutes there is no limit. */
  confirm(policyKey: string): void;
  isHeld(policyKey: string): boolean;
  forget(policyKey: string): void;
}

export interface LimitFacts {
  /** What the policy has made, before anything is deleted. */
  readonly downstreams: number;
  /** What the policy says itself; undefined: the default. */
  readonly maxPerMinute: number | undefined;
}

/** Default: so many, or so much of what the policy has made, whichever is more. */
const defaultCount = 100;
const defaultShare = 0.2;
const windowMs = 60_000;
const confirmedMs = 600_000;

interface Window {
  readonly sinceMs: number;
  readonly limit: number;
  taken: number;
}

export function createDeletionLimit(monotonicMs: () => number): DeletionLimit {
  const windows = new Map<string, Window>();
  const confirmed = new Map<string, number>();
  const held = new Set<string>();

  const windowOf = (policyKey: string, { downstreams, maxPerMinute }: LimitFacts): Window => {
    const known = windows.get(policyKey);
    if (known !== undefined && monotonicMs() - known.sinceMs < windowMs) return known;
    const limit = maxPerMinute ?? Math.max(defaultCount, Math.floor(downstreams * defaultShare));
    const fresh: Window = { sinceMs: monotonicMs(), limit, taken: 0 };
    windows.set(policyKey, fresh);
    return fresh;
  };

  return {
    take(policyKey, wanted, facts) {
      const untilMs = confirmed.get(policyKey);
      if (untilMs !== undefined && monotonicMs() < untilMs) return wanted;
      confirmed.delete(policyKey);
      const window = windowOf(policyKey, facts);
      if (held.has(policyKey) || window.taken + wanted > window.limit) {
        held.add(policyKey);
        return 0;
      }
      window.taken += wanted;
      return wanted;
    },
    confirm(policyKey) {
      held.delete(policyKey);
      confirmed.set(policyKey, monotonicMs() + confirmedMs);
    },
    isHeld: (policyKey) => held.has(policyKey),
    forget(policyKey) {
      windows.delete(policyKey);
      confirmed.delete(policyKey);
      held.delete(policyKey);
    },
  };
}
