import { CronProblem } from "./cron-field.ts";

interface Bounds {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const fieldBounds: readonly Bounds[] = [
  { name: "minute", min: 0, max: 59, names: [] },
  { name: "hour", min: 0, max: 23, names: [] },
  { name: "day-of-month", min: 1, max: 31, names: [] },
  { name: "month", min: 1, max: 12, names: monthNames },
  { name: "day-of-week", min: 0, max: 6, names: weekdayNames },
];

const descriptors = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@hourly"];

/**
 * Why Kyverno's admission refuses the schedule of a CleanupPolicy, or what it admits and its scheduler cannot run;
 * undefined where nothing is wrong by the first of its two parsers.
 */
export function classicProblem(text: string): CronProblem | undefined {
  const zone = /^(?:CRON_)?TZ=(\S*)\s*(.*)$/s.exec(text);
  if (zone !== null) {
    return new CronProblem(
      "a time zone in the schedule is admitted by Kyverno but cannot be run by it",
      `write "${zone[2]}" and set the annotation cleanup.rearguard.io/time-zone to ${zone[1]}`,
    );
  }
  if (text.startsWith("@")) return descriptorProblem(text);
  const fields = text.split(/\s+/).filter((field) => field !== "");
  if (fields.length !== 5) {
    const hint = fields.length === 6 || fields.length === 7 ? "leave out seconds and year" : undefined;
    return new CronProblem(`expected exactly 5 fields, found ${fields.length}`, hint);
  }
  for (const [index, bounds] of fieldBounds.entries()) {
    const entries = (fields[index] ?? "").split(",").filter((entry) => entry !== "");
    const problem = entries
      .map((entry) => entryProblem(entry.toLowerCase(), bounds))
      .find((found) => found !== undefined);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function descriptorProblem(text: string): CronProblem | undefined {
  if (descriptors.includes(text)) return undefined;
  if (text === "@midnight")
    return new CronProblem("@midnight is admitted by Kyverno but cannot be run by it", "write @daily");
  const every = /^@every (.+)$/.exec(text);
  if (every !== null)
    return new CronProblem(
      "@every is admitted by Kyverno but cannot be run by it",
      everyHint(every[1] ?? ""),
    );
  return new CronProblem(`unrecognized descriptor: ${text}`, `one of ${descriptors.join(", ")}`);
}

function everyHint(duration: string): string {
  const [, count = "", unit] = /^(\d+)(m|h)$/.exec(duration) ?? [];
  const value = Number(count);
  if (unit === "m" && value >= 1 && value < 60) return `write */${value} * * * *`;
  if (unit === "h" && value >= 1 && value < 24) return `write 0 */${value} * * *`;
  return "write the five fields of a cron expression";
}

function entryProblem(entry: string, bounds: Bounds): CronProblem | undefined {
  const [range = "", step, ...slashes] = entry.split("/");
  const [from = "", to, ...hyphens] = range.split("-");
  if (slashes.length > 0 || hyphens.length > 0)
    return new CronProblem(`syntax error in ${bounds.name} field: '${entry}'`);
  if (step !== undefined && !/^\d+$/.test(step))
    return new CronProblem(`syntax error in ${bounds.name} field: '${entry}'`);
  if (from === "*" || from === "?") return undefined;
  return (
    valueProblem(from, entry, bounds) ?? (to === undefined ? undefined : valueProblem(to, entry, bounds))
  );
}

function valueProblem(
  text: string,
  entry: string,
  { name, min, max, names }: Bounds,
): CronProblem | undefined {
  if (names.includes(text)) return undefined;
  if (!/^\d+$/.test(text)) {
    const short = names.find((known) => text.startsWith(known));
    const hint = short === undefined ? undefined : `write ${short}`;
    return new CronProblem(`syntax error in ${name} field: '${entry}'`, hint);
  }
  const value = Number(text);
  if (value >= min && value <= max) return undefined;
  const hint = name === "day-of-week" && value === 7 ? "write 0 for Sunday" : `use ${min} to ${max}`;
  return new CronProblem(`${text} is out of range in the ${name} field`, hint);
}
