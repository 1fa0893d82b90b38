import type { CronFieldKind } from "./cron-field.ts";

const names = (...all: readonly (readonly string[])[]): ReadonlyMap<string, number> =>
  new Map(all.flatMap((alternatives, index) => alternatives.map((name) => [name, index] as const)));

const months = names(
  [],
  ["jan", "january"],
  ["feb", "february"],
  ["mar", "march"],
  ["apr", "april"],
  ["may"],
  ["jun", "june"],
  ["jul", "july"],
  ["aug", "august"],
  ["sep", "september"],
  ["oct", "october"],
  ["nov", "november"],
  ["dec", "december"],
);

const weekdays = names(
  ["sun", "sunday"],
  ["mon", "monday"],
  ["tue", "tuesday"],
  ["wed", "wednesday"],
  ["thu", "thursday"],
  ["fri", "friday"],
  ["sat", "saturday"],
);

function number(min: number, max: number, maxDigits: number) {
  return (text: string): number | undefined => {
    if (!/^\d+$/.test(text) || text.length > maxDigits) return undefined;
    const value = Number(text);
    return value >= min && value <= max ? value : undefined;
  };
}

/** 7 is Sunday, and so is every number with a leading zero: Kyverno's scheduler has no row for those in its table. */
function weekday(text: string): number | undefined {
  const named = weekdays.get(text);
  if (named !== undefined) return named;
  if (!/^0?[0-7]$/.test(text)) return undefined;
  return text.length === 2 || text === "7" ? 0 : Number(text);
}

const month = number(1, 12, 2);

export const secondField: CronFieldKind = { name: "second", min: 0, max: 59, valueOf: number(0, 59, 2) };
export const minuteField: CronFieldKind = { name: "minute", min: 0, max: 59, valueOf: number(0, 59, 2) };
export const hourField: CronFieldKind = { name: "hour", min: 0, max: 23, valueOf: number(0, 23, 2) };
export const dayOfMonthField: CronFieldKind = {
  name: "day-of-month",
  min: 1,
  max: 31,
  valueOf: number(1, 31, 2),
};
export const monthField: CronFieldKind = {
  name: "month",
  min: 1,
  max: 12,
  valueOf: (text) => months.get(text) ?? month(text),
};
export const dayOfWeekField: CronFieldKind = { name: "day-of-week", min: 0, max: 6, valueOf: weekday };
export const yearField: CronFieldKind = {
  name: "year",
  min: 1970,
  max: 2099,
  valueOf: number(1970, 2099, 4),
};
