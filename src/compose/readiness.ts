import type { KindStanding } from "./scan-observer.ts";

/**
 * Why the scan is not ready, or undefined where it is: every kind is read to its end or degraded with a reason. A kind
 * that cannot be read must not keep all the others from being served.
 */
export function scanReadiness(
  started: boolean,
  kinds: Iterable<KindStanding>,
  freshness: { readonly oldestSeconds: number; readonly limitSeconds: number; readonly alone: boolean },
): string | undefined {
  if (!started) return "policies and reports are being read";
  const syncing = [...kinds].filter(({ state }) => state === "syncing");
  if (syncing.length > 0) {
    return `being listed: ${syncing
      .map(({ type }) => type.resource)
      .toSorted(compareText)
      .join(", ")}`;
  }
  if (freshness.alone && freshness.oldestSeconds > freshness.limitSeconds) {
    return `the oldest verdict is ${Math.round(freshness.oldestSeconds)} s old`;
  }
  return undefined;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/**
 * How stale a verdict can be, in seconds: as long as the oldest change waits to be judged or written, and as long as a
 * kind has not been read.
 */
export function oldestVerdictAge(
  nowMs: number,
  kinds: Iterable<KindStanding>,
  waitingMs: Iterable<number>,
): number {
  let oldestMs = 0;
  for (const { state, sinceMs } of kinds)
    if (state !== "live") oldestMs = Math.max(oldestMs, nowMs - sinceMs);
  for (const ms of waitingMs) oldestMs = Math.max(oldestMs, ms);
  return oldestMs / 1000;
}
