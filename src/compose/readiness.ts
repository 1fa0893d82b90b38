import type { KindStanding } from "./scan-observer.ts";

/** How something stands that is listed and watched. */
export type Standing = Pick<KindStanding, "state" | "sinceMs">;

/**
 * Why the scan is not ready, or undefined where it is: every kind is read to its end or degraded with a reason. A kind
 * that cannot be read must not keep all the others from being served. `waitingFor` is what has to be read first.
 */
export function scanReadiness(
  waitingFor: string | undefined,
  kinds: Iterable<KindStanding>,
  freshness: { readonly oldestSeconds: number; readonly limitSeconds: number; readonly alone: boolean },
): string | undefined {
  if (waitingFor !== undefined) return waitingFor;
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
 * How stale a verdict can be, in seconds: as long as the oldest change waits to be judged or written, and as long as
 * something has not been read.
 */
export function oldestVerdictAge(
  nowMs: number,
  standings: Iterable<Standing>,
  waitingMs: Iterable<number>,
): number {
  let oldestMs = 0;
  for (const { state, sinceMs } of standings)
    if (state !== "live") oldestMs = Math.max(oldestMs, nowMs - sinceMs);
  for (const ms of waitingMs) oldestMs = Math.max(oldestMs, ms);
  return oldestMs / 1000;
}
