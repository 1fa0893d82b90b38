/**
 * An instant with the offset that it is shown in. Dates are those of the proleptic Gregorian calendar, as in Go; leap
 * seconds do not exist.
 */
export interface Instant {
  /** Seconds since 1970-01-01T00:00:00Z. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Seconds east of UTC. */
  readonly offset: number;
}

export interface CivilTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

const secondsPerDay = 86_400;

/** Days from 1970-01-01 to a date; months and days may exceed their ranges. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Calendar and clock of an instant in its own offset. */
export function civilTime(instant: Instant): CivilTime {
  const local = instant.seconds + instant.offset;
  const days = Math.floor(local / secondsPerDay);
  const rest = local - days * secondsPerDay;
  return {
    ...civilDate(days),
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    weekday: (((days + 4) % 7) + 7) % 7,
  };
}

function civilDate(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** An instant in RFC 3339, without fractions of a second. */
export function formatRfc3339(instant: Instant): string {
  const { year, month, day, hour, minute, second } = civilTime(instant);
  const sign = year < 0 ? "-" : "";
  const date = `${sign}${pad(Math.abs(year), 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  return `${date}T${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}${zoneText(instant)}`;
}

function zoneText({ offset }: Instant): string {
  if (offset === 0) return "Z";
  const minutes = Math.trunc(Math.abs(offset) / 60);
  return `${offset < 0 ? "-" : "+"}${pad(Math.trunc(minutes / 60), 2)}:${pad(minutes % 60, 2)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

const nanosecondsPerSecond = 1_000_000_000n;
const maxDuration = (1n << 63n) - 1n;

/** Nanoseconds since 1970. */
export function instantNanoseconds(instant: Instant): bigint {
  return BigInt(instant.seconds) * nanosecondsPerSecond + BigInt(instant.nanoseconds);
}

/** The instant that many nanoseconds later, in the same offset. */
export function addNanoseconds(instant: Instant, duration: bigint): Instant {
  return atNanoseconds(instant, instantNanoseconds(instant) + duration);
}

/** `later - earlier` in nanoseconds, within an int64. */
export function nanosecondsBetween(earlier: Instant, later: Instant): bigint {
  const difference = instantNanoseconds(later) - instantNanoseconds(earlier);
  if (difference > maxDuration) return maxDuration;
  return difference < -maxDuration - 1n ? -maxDuration - 1n : difference;
}

/** 0001-01-01T00:00:00Z, from which multiples of a duration are counted. */
const yearOne = -62_135_596_800n * nanosecondsPerSecond;

/** The instant rounded down to a multiple of a duration; unchanged for one that is not positive. */
export function truncateInstant(instant: Instant, duration: bigint): Instant {
  if (duration <= 0n) return instant;
  const elapsed = instantNanoseconds(instant) - yearOne;
  const rest = ((elapsed % duration) + duration) % duration;
  return atNanoseconds(instant, instantNanoseconds(instant) - rest);
}

function atNanoseconds(zone: Instant, total: bigint): Instant {
  const nanoseconds = ((total % nanosecondsPerSecond) + nanosecondsPerSecond) % nanosecondsPerSecond;
  return {
    ...zone,
    seconds: Number((total - nanoseconds) / nanosecondsPerSecond),
    nanoseconds: Number(nanoseconds),
  };
}
