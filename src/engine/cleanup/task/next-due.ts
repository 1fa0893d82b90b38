import type { CleanupOptions } from "../cleanup-options.ts";
import { nextRunMs } from "../schedule/next-run.ts";
import { fnv1a } from "../fnv1a.ts";
import type { CronSchedule } from "../schedule/parse-schedule.ts";
import { zoneOffsetOf } from "../schedule/zone-offset.ts";

/** When a policy is due. All times are milliseconds since 1970. */
export interface Due {
  /** By the schedule: the run is called by it. */
  readonly scheduledMs: number;
  /** With the policy's own share of the jitter. */
  readonly startMs: number;
}

export interface DueQuestion {
  readonly schedule: CronSchedule;
  readonly options: Pick<CleanupOptions, "timeZone" | "jitterMs">;
  /** The end of the last run, or the creation of the policy. */
  readonly referenceMs: number;
  readonly nowMs: number;
  /** Zone of policies that name none. */
  readonly defaultZone: string;
  /** In [0, 1), the same for a policy at all times. */
  readonly share: number;
}

/**
 * The first run after the reference, undefined where there is none any more. Ticks that passed while nobody ran the
 * policy are one run. A reference in the future, left by a clock that was set back, counts as now.
 */
export function nextDue({
  schedule,
  options,
  referenceMs,
  nowMs,
  defaultZone,
  share,
}: DueQuestion): Due | undefined {
  const zone = zoneOffsetOf(options.timeZone ?? defaultZone);
  const scheduledMs = nextRunMs(schedule, Math.min(referenceMs, nowMs), zone);
  if (scheduledMs === undefined) return undefined;
  return { scheduledMs, startMs: scheduledMs + Math.floor(options.jitterMs * share) };
}

/** A share in [0, 1) that belongs to a uid. */
export function shareOf(uid: string): number {
  return fnv1a(uid) / 2 ** 32;
}
