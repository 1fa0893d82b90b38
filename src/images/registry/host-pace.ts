import type { Clock } from "#kube/clock.ts";
import { RegistryError } from "./registry-error.ts";

/** Keeps to what registries ask for, and spares those that do not answer. One for all requests of a process. */
export interface HostPace {
  /** Waits while a host has asked to be left alone. Throws an outage where that is longer than the caller has time. */
  enter(host: string, patienceMs: number, signal: AbortSignal): Promise<void>;
  /** A host asked to be left alone, for a time that it named or one of ours. */
  slowDown(host: string, retryAfter: string | undefined, message: string): void;
  /** A host did not answer at all. */
  unreachable(host: string, message: string): void;
  answered(host: string): void;
  /** How many requests are waiting now, by host. */
  backlog(): Iterable<readonly [host: string, waiting: number]>;
}

interface Held {
  readonly untilMs: number;
  readonly message: string;
}

const maxHosts = 1_000;
const maxHeldMs = 15 * 60_000;
const defaultSlowDownMs = 2_000;
const maxUnreachableMs = 60_000;

export function createHostPace(clock: Clock): HostPace {
  const held = new Map<string, Held>();
  const failures = new Map<string, number>();
  const waiting = new Map<string, number>();

  const hold = (host: string, forMs: number, message: string): void => {
    const untilMs = clock.monotonicMs() + Math.min(forMs, maxHeldMs);
    const earlierMs = held.get(host)?.untilMs ?? 0;
    held.delete(host);
    held.set(host, { untilMs: Math.max(untilMs, earlierMs), message });
    const [oldest] = held.keys();
    if (held.size > maxHosts && oldest !== undefined) held.delete(oldest);
  };

  const wait = async (host: string, forMs: number, signal: AbortSignal): Promise<void> => {
    waiting.set(host, (waiting.get(host) ?? 0) + 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = clock.setTimer(forMs, resolve);
    const stop = (): void => resolve();
    signal.addEventListener("abort", stop, { once: true });
    try {
      await promise;
    } finally {
      timer.cancel();
      signal.removeEventListener("abort", stop);
      const left = (waiting.get(host) ?? 1) - 1;
      if (left > 0) waiting.set(host, left);
      else waiting.delete(host);
    }
  };

  return {
    async enter(host, patienceMs, signal) {
      const deadlineMs = clock.monotonicMs() + patienceMs;
      for (;;) {
        const pause = held.get(host);
        const leftMs = (pause?.untilMs ?? 0) - clock.monotonicMs();
        if (pause === undefined || leftMs <= 0) return;
        if (signal.aborted || clock.monotonicMs() + leftMs > deadlineMs) {
          throw new RegistryError("outage", pause.message);
        }
        await wait(host, leftMs, signal);
      }
    },
    slowDown(host, retryAfter, message) {
      hold(host, retryAfterMs(retryAfter, clock.now()) ?? defaultSlowDownMs, message);
    },
    unreachable(host, message) {
      const times = Math.min((failures.get(host) ?? 0) + 1, 10);
      if (failures.size >= maxHosts) failures.clear();
      failures.set(host, times);
      // The first failure may be chance.
      if (times > 1) hold(host, Math.min(1_000 * 2 ** times, maxUnreachableMs), message);
    },
    answered(host) {
      failures.delete(host);
    },
    backlog: () => waiting,
  };
}

/** `Retry-After` (RFC 9110, 10.2.3): seconds or a date. */
function retryAfterMs(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
