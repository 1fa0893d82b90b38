import type { Clock, Timer } from "#controllers/runtime/clock.ts";
import type { PermissionScope } from "#engine/context/context-source.ts";
import type { LoadContext } from "./context-epoch.ts";
import { policyKey } from "./scan-policy.ts";

export interface ContextRetriesDeps {
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Judges everything by the policy with this key again. */
  readonly retry: (policy: string) => void;
}

/**
 * Verdicts that are errors because data from outside could not be had for now must not stay until the next round of the
 * schedule: nothing tells that the data can be had again.
 */
export interface ContextRetries {
  /** Data for the policy could not be had, for a reason that may pass. */
  failed(scope: PermissionScope): void;
  stop(): void;
}

interface Retry {
  delayMs: number;
  /** By the monotonic clock; the last retry began then. */
  retriedMs: number;
  timer: Timer | undefined;
}

const firstDelayMs = 1_000;
const maxDelayMs = 300_000;
const maxPolicies = 10_000;

export function createContextRetries({ clock, random, retry }: ContextRetriesDeps): ContextRetries {
  const retries = new Map<string, Retry>();
  let stopped = false;

  const arm = (policy: string, entry: Retry): void => {
    entry.timer = clock.setTimer(
      entry.delayMs * (1 + random() / 4),
      () => {
        entry.timer = undefined;
        entry.retriedMs = clock.monotonicMs();
        retry(policy);
      },
      { background: true },
    );
  };

  return {
    failed({ policyKind, policyNamespace, policyName }) {
      const policy = policyKey(policyKind, policyNamespace, policyName);
      const known = retries.get(policy);
      if (stopped || known?.timer !== undefined) return;
      // A failure long after the last retry is a new one.
      const isAgain = known !== undefined && clock.monotonicMs() - known.retriedMs < 2 * known.delayMs;
      const delayMs = isAgain ? Math.min(maxDelayMs, 2 * known.delayMs) : firstDelayMs;
      const entry: Retry = { delayMs, retriedMs: known?.retriedMs ?? 0, timer: undefined };
      retries.delete(policy);
      if (retries.size >= maxPolicies) return;
      retries.set(policy, entry);
      arm(policy, entry);
    },
    stop() {
      stopped = true;
      for (const { timer } of retries.values()) timer?.cancel();
      retries.clear();
    },
  };
}

/** Loads as `load` does, and takes note of failures that may pass. */
export function withRetries(load: LoadContext, retries: ContextRetries): LoadContext {
  return async (request, scope) => {
    const answer = await load(request, scope);
    if ("mayPass" in answer && answer.mayPass) retries.failed(scope);
    return answer;
  };
}
