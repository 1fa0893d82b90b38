import { daysFromCivil, daysInMonth } from "../../jmespath/civil-time.ts";
import { CronProblem, parseCronField } from "./cron-field.ts";
import type { CronField } from "./cron-field.ts";
import { dayOfMonthField, dayOfWeekField } from "./cron-fields.ts";

/** The days that an expression selects in a month, ascending. */
export type CronDays = (year: number, month: number) => readonly number[];

/** Days of one month by one rule; days beyond the month's end are left out by the caller. */
type DayRule = (month: MonthShape) => readonly number[];

interface MonthShape {
  readonly length: number;
  /** Weekday of the first day, 0 is Sunday. */
  readonly firstWeekday: number;
}

/**
 * Reads the two fields about days. Where both are restricted a day of either counts, as in every cron; `*`/2 is a
 * restriction. `L`, `LW` and `15W` stand in days of the month, `5L` and `5#3` in days of the week.
 *
 * @throws CronProblem
 */
export function parseCronDays(dayOfMonthText: string, dayOfWeekText: string): CronDays {
  const dayOfMonth = parseCronField(dayOfMonthText, dayOfMonthField);
  const dayOfWeek = parseCronField(dayOfWeekText, dayOfWeekField);
  const rules: DayRule[] = [];
  const ofMonth = dayOfMonth.special.map(dayOfMonthRule);
  const ofWeek = dayOfWeek.special.map(dayOfWeekRule);
  if (dayOfMonth.restricted) rules.push(() => dayOfMonth.values, ...ofMonth);
  if (dayOfWeek.restricted) rules.push(weekdaysRule(dayOfWeek), ...ofWeek);
  if (rules.length === 0) rules.push(({ length }) => range(1, length));
  return (year, month) => {
    const shape = shapeOf(year, month);
    const days = new Set(rules.flatMap((rule) => rule(shape)));
    return [...days].filter((day) => day <= shape.length).toSorted((a, b) => a - b);
  };
}

function shapeOf(year: number, month: number): MonthShape {
  const weekday = (daysFromCivil(year, month, 1) + 4) % 7;
  return { length: daysInMonth(year, month), firstWeekday: (weekday + 7) % 7 };
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** The first day of the month that is this weekday. */
function firstOf(weekday: number, { firstWeekday }: MonthShape): number {
  return 1 + ((weekday - firstWeekday + 7) % 7);
}

function weekdaysRule({ values }: CronField): DayRule {
  return (month) =>
    values.flatMap((weekday) => [0, 1, 2, 3, 4].map((week) => firstOf(weekday, month) + 7 * week));
}

function dayOfMonthRule(entry: string): DayRule {
  if (entry === "l") return ({ length }) => [length];
  if (entry === "lw") return (month) => [workdayNear(month.length, month)];
  const day = entry.endsWith("w") ? dayOfMonthField.valueOf(entry.slice(0, -1)) : undefined;
  if (day === undefined) throw new CronProblem(`syntax error in day-of-month field: '${entry}'`);
  return (month) => (day <= month.length ? [workdayNear(day, month)] : []);
}

/** The nearest day from Monday to Friday that does not leave the month. */
function workdayNear(day: number, { length, firstWeekday }: MonthShape): number {
  const weekday = (firstWeekday + day - 1) % 7;
  if (weekday === 6) return day > 1 ? day - 1 : day + 2;
  if (weekday === 0) return day < length ? day + 1 : day - 2;
  return day;
}

function dayOfWeekRule(entry: string): DayRule {
  const last = entry.endsWith("l") ? dayOfWeekField.valueOf(entry.slice(0, -1)) : undefined;
  if (last !== undefined) {
    return (month) => {
      const first = firstOf(last, month);
      return [first + 7 * Math.floor((month.length - first) / 7)];
    };
  }
  const [day = "", week = "", ...rest] = entry.split("#");
  const weekday = dayOfWeekField.valueOf(day);
  if (weekday === undefined || rest.length > 0 || !/^[1-5]$/.test(week)) {
    throw new CronProblem(`syntax error in day-of-week field: '${entry}'`);
  }
  return (month) => [firstOf(weekday, month) + 7 * (Number(week) - 1)];
}
