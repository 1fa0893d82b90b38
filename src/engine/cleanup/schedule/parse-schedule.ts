import { parseCronDays } from "./cron-days.ts";
import type { CronDays } from "./cron-days.ts";
import { CronProblem, parseCronField } from "./cron-field.ts";
import type { CronFieldKind } from "./cron-field.ts";
import { hourField, minuteField, monthField, secondField, yearField } from "./cron-fields.ts";
import { classicProblem } from "./classic-schedule.ts";

/** When something runs, in the wall-clock time of some zone. */
export interface CronSchedule {
  readonly years: readonly number[];
  readonly months: readonly number[];
  readonly days: CronDays;
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly seconds: readonly number[];
}

/** The families of policies: what admits a schedule differs, what runs it does not. */
export type ScheduleFamily = "CleanupPolicy" | "DeletingPolicy";

export type ParsedSchedule =
  | { readonly ok: true; readonly schedule: CronSchedule; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problem: string; readonly hint?: string };

/** The scheduler puts these in wherever they occur in the text, with seconds and a year. */
const shorthands: readonly (readonly [name: string, fields: string])[] = [
  ["@yearly", "0 0 0 1 1 * *"],
  ["@annually", "0 0 0 1 1 * *"],
  ["@monthly", "0 0 0 1 * * *"],
  ["@weekly", "0 0 0 * * 0 *"],
  ["@daily", "0 0 0 * * * *"],
  ["@hourly", "0 0 * * * * *"],
];

const maxScheduleLength = 1_000;

/**
 * Reads the schedule of a policy. It is used when Kyverno admits it and can run it; anything else is a problem, with the
 * nearest form that works where there is one. Fields: minute, hour, day of month, month, day of week, then for
 * DeletingPolicies also a year (six fields) or seconds in front and a year (seven).
 */
export function parseSchedule(text: string, family: ScheduleFamily): ParsedSchedule {
  if (text.length > maxScheduleLength) {
    return { ok: false, problem: `the schedule is longer than ${maxScheduleLength} characters` };
  }
  try {
    const foreign = family === "CleanupPolicy" ? classicProblem(text) : undefined;
    if (foreign !== undefined) throw foreign;
    return { ok: true, schedule: parseExpression(text), warnings: warningsOf(text) };
  } catch (error) {
    if (!(error instanceof CronProblem)) throw error;
    return { ok: false, problem: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
}

function parseExpression(text: string): CronSchedule {
  const fields = shorthands
    .reduce((whole, [name, replacement]) => whole.replaceAll(name, replacement), text)
    .split(/\s+/)
    .filter((field) => field !== "")
    .slice(0, 7);
  if (fields.length < 5) throw new CronProblem("missing field(s): five are needed", missingHint(text));
  const [second, minute, hour, dayOfMonth, month, dayOfWeek, year] =
    fields.length === 7 ? fields : ["0", ...fields];
  return {
    seconds: valuesOf(second, secondField),
    minutes: valuesOf(minute, minuteField),
    hours: valuesOf(hour, hourField),
    days: parseCronDays(dayOfMonth ?? "", dayOfWeek ?? ""),
    months: valuesOf(month, monthField),
    years: valuesOf(year ?? "*", yearField),
  };
}

function missingHint(text: string): string | undefined {
  if (text.trim() === "@midnight") return "write @daily";
  return text.trim().startsWith("@") ? "write the five fields of a cron expression" : undefined;
}

function valuesOf(text: string | undefined, kind: CronFieldKind): readonly number[] {
  const { values, special } = parseCronField(text ?? "", kind);
  if (special.length > 0) throw new CronProblem(`syntax error in ${kind.name} field: '${special[0]}'`);
  return values;
}

/** What runs, but not as its author may think. */
function warningsOf(text: string): readonly string[] {
  const fields = text.split(/\s+/).filter((field) => field !== "");
  const dayOfWeek = fields.length === 7 ? fields[5] : fields[4];
  const padded = (dayOfWeek ?? "").split(/[,\-/#]/).filter((part) => /^0[1-6]$/.test(part));
  return [
    ...padded.map((day) => `${day} as day of week means Sunday; write ${Number(day)} for another day`),
    ...(fields.length === 6
      ? ["of six fields the last is a year, and the first is the minute, not the second"]
      : []),
  ];
}
