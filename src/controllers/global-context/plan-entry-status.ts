import type { EntryStanding } from "./kept-entry.ts";

/** A condition of the entry's status. */
export interface EntryCondition {
  readonly type: "Ready";
  readonly status: "True" | "False";
  readonly reason: "Succeeded" | "Failed";
  readonly message: string;
  readonly lastTransitionTime: string;
}

/** The status of an entry. */
export interface EntryStatus {
  readonly ready: boolean;
  readonly conditions: readonly EntryCondition[];
  readonly lastRefreshTime?: string;
}

/** What is stored, as far as it is well formed. */
export interface StoredEntryStatus {
  readonly ready?: unknown;
  readonly conditions?: readonly Partial<Record<keyof EntryCondition, unknown>>[];
  readonly lastRefreshTime?: unknown;
}

/** Refreshes may be a second apart: the time of the last one is not written more often than this. */
const minRefreshWriteMs = 60_000;
/** The API server allows 32,768 characters. */
const maxMessageLength = 2_000;

function timeText(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

function refreshTime(standing: EntryStanding, stored: unknown, turned: boolean): string | undefined {
  const before = typeof stored === "string" ? stored : undefined;
  if (standing.kind !== "ready") return before;
  const isFresh = before !== undefined && standing.refreshedMs - Date.parse(before) < minRefreshWriteMs;
  return isFresh && !turned ? before : timeText(standing.refreshedMs);
}

/**
 * The status to store, or undefined where what is stored says the same, or nothing is known yet. The words of `Ready` are
 * those that Kyverno writes.
 */
export function planEntryStatus(
  standing: EntryStanding,
  stored: StoredEntryStatus,
  nowMs: number,
): EntryStatus | undefined {
  if (standing.kind === "loading") return undefined;
  const ready = standing.kind === "ready";
  const status = ready ? "True" : "False";
  const reason = ready ? "Succeeded" : "Failed";
  const message = ready ? "Ready" : standing.message.slice(0, maxMessageLength);
  const before = (stored.conditions ?? []).find(({ type }) => type === "Ready");
  const turned = before?.status !== status;
  const since = before?.lastTransitionTime;
  const lastTransitionTime = turned || typeof since !== "string" ? timeText(nowMs) : since;
  const lastRefreshTime = refreshTime(standing, stored.lastRefreshTime, turned);
  const isStored =
    !turned &&
    before.reason === reason &&
    before.message === message &&
    stored.ready === ready &&
    stored.lastRefreshTime === lastRefreshTime;
  if (isStored) return undefined;
  return {
    ready,
    conditions: [{ type: "Ready", status, reason, message, lastTransitionTime }],
    ...(lastRefreshTime === undefined ? {} : { lastRefreshTime }),
  };
}
