import type { BrokerScope } from "#api/broker/broker-request.ts";
import type { Clock } from "../clock.ts";

/** What is forbidden: a verb on a resource in a namespace (empty: cluster-wide), for one rule of one policy. */
export interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Empty for whole objects. */
  readonly subresource: string;
  readonly namespace: string;
}

interface Breaker {
  readonly message: string;
  failures: number;
  retryAtMs: number;
}

const firstRetryMs = 5_000;
const maxRetryMs = 300_000;
const maxBreakers = 10_000;

/**
 * Holds back calls that are forbidden for good, so that a policy without rights costs neither the API server nor the
 * others. Each rule has its own, and after each pause, at most five minutes, one call tries again.
 */
export interface ForbiddenBreaker {
  /** The message of the refusal where the call is held back; undefined where it may be made. */
  heldBack(scope: BrokerScope, access: Access): string | undefined;
  /** The API server's authorization has said no. */
  open(scope: BrokerScope, access: Access, message: string): void;
  /** The call was allowed. */
  close(scope: BrokerScope, access: Access): void;
  /** Rights have changed: everything may be tried again. */
  closeAll(): void;
  size(): number;
}

function keyOf(scope: BrokerScope, access: Access): string {
  const { policyKind, policyNamespace = "", policyName, rule = "" } = scope;
  const { verb, group, resource, subresource, namespace } = access;
  return JSON.stringify([
    policyKind,
    policyNamespace,
    policyName,
    rule,
    verb,
    group,
    resource,
    subresource,
    namespace,
  ]);
}

export function createForbiddenBreaker({
  clock,
  random,
}: {
  readonly clock: Clock;
  readonly random: () => number;
}): ForbiddenBreaker {
  const breakers = new Map<string, Breaker>();
  const retryAtMs = (failures: number): number => {
    const fullMs = Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(failures - 1, 20));
    return clock.monotonicMs() + fullMs * (1 - random() / 4);
  };
  return {
    heldBack(scope, access) {
      const breaker = breakers.get(keyOf(scope, access));
      if (breaker === undefined) return undefined;
      if (clock.monotonicMs() < breaker.retryAtMs) return breaker.message;
      // This call is the one that tries; the others stay held back until its answer is known.
      breaker.retryAtMs = retryAtMs(breaker.failures);
      return undefined;
    },
    open(scope, access, message) {
      const key = keyOf(scope, access);
      const failures = (breakers.get(key)?.failures ?? 0) + 1;
      breakers.delete(key);
      if (breakers.size >= maxBreakers) {
        const oldest = breakers.keys().next();
        if (oldest.done !== true) breakers.delete(oldest.value);
      }
      breakers.set(key, { message, failures, retryAtMs: retryAtMs(failures) });
    },
    close(scope, access) {
      if (breakers.size > 0) breakers.delete(keyOf(scope, access));
    },
    closeAll: () => breakers.clear(),
    size: () => breakers.size,
  };
}
