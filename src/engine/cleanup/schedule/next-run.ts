import { civilTime, daysFromCivil } from "../../jmespath/civil-time.ts";
import type { CronSchedule } from "./parse-schedule.ts";

/** Milliseconds that a zone's clocks are ahead of UTC at an instant (milliseconds since 1970). */
export type ZoneOffset = (atMs: number) => number;

/** Clocks of UTC. */
export const utc: ZoneOffset = () => 0;

/** Wall-clock fields, the largest first. */
type Wall = readonly [year: number, month: number, day: number, hour: number, minute: number, second: number];

/**
 * The first run strictly after an instant, in milliseconds since 1970; undefined where there is none any more (no such
 * date, or the years are over). A wall-clock time that a zone skips is moved forward; of one that comes twice one
 * instant counts, and the search always goes forward.
 */
export function nextRunMs(
  schedule: CronSchedule,
  afterMs: number,
  zone: ZoneOffset = utc,
): number | undefined {
  let wall = nextWall(schedule, wallOf(afterMs + zone(afterMs)));
  while (wall !== undefined) {
    const atMs = instantOf(wall, zone);
    if (atMs > afterMs) return atMs;
    wall = nextWall(schedule, wall);
  }
  return undefined;
}

function wallOf(localMs: number): Wall {
  const { year, month, day, hour, minute, second } = civilTime({
    seconds: Math.floor(localMs / 1000),
    nanoseconds: 0,
    offset: 0,
  });
  return [year, month, day, hour, minute, second];
}

function instantOf([year, month, day, hour, minute, second]: Wall, zone: ZoneOffset): number {
  const localMs = (daysFromCivil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second) * 1000;
  const first = zone(localMs);
  // The offset is that of the instant, which is not known yet: guess, and correct once, as Go does.
  const offset = zone(localMs - first);
  return localMs - offset;
}

/** The first selected wall-clock time after another one. */
function nextWall(schedule: CronSchedule, after: Wall): Wall | undefined {
  const [afterYear, afterMonth, afterDay, afterHour, afterMinute, afterSecond] = after;
  for (const year of from(schedule.years, afterYear)) {
    const sameYear = year === afterYear;
    for (const month of from(schedule.months, sameYear ? afterMonth : 0)) {
      const sameMonth = sameYear && month === afterMonth;
      for (const day of from(schedule.days(year, month), sameMonth ? afterDay : 0)) {
        const sameDay = sameMonth && day === afterDay;
        const time = nextTime(schedule, sameDay ? [afterHour, afterMinute, afterSecond] : undefined);
        if (time !== undefined) return [year, month, day, ...time];
      }
    }
  }
  return undefined;
}

type TimeOfDay = readonly [hour: number, minute: number, second: number];

function nextTime(schedule: CronSchedule, after: TimeOfDay | undefined): TimeOfDay | undefined {
  const [afterHour, afterMinute, afterSecond] = after ?? [-1, -1, -1];
  for (const hour of from(schedule.hours, afterHour)) {
    const sameHour = hour === afterHour;
    for (const minute of from(schedule.minutes, sameHour ? afterMinute : 0)) {
      const sameMinute = sameHour && minute === afterMinute;
      const second = schedule.seconds.find((value) => !sameMinute || value > afterSecond);
      if (second !== undefined) return [hour, minute, second];
    }
  }
  return undefined;
}

function from(ascending: readonly number[], first: number): readonly number[] {
  return ascending.filter((value) => value >= first);
}
