/** One field of a cron expression: its range, its names, and how a value is written. */
export interface CronFieldKind {
  readonly name: "second" | "minute" | "hour" | "day-of-month" | "month" | "day-of-week" | "year";
  readonly min: number;
  readonly max: number;
  /** Undefined where the text is no value of this field. */
  readonly valueOf: (text: string) => number | undefined;
}

/** What a field selects. */
export interface CronField {
  /** Ascending, without repetitions. */
  readonly values: readonly number[];
  /** False where `*` or `?` stands in it; a step makes `*` a restriction. */
  readonly restricted: boolean;
  /** Entries that are of no common form, in lower case: `l`, `15w`, `5#3`. */
  readonly special: readonly string[];
}

/** Why an expression cannot be used, and what to write instead where that can be told. */
export class CronProblem extends Error {
  override readonly name = "CronProblem";
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/**
 * Reads one field in the grammar of Kyverno's scheduler: `*`, `?`, values, ranges, steps and lists of them. Ranges that
 * run backwards are refused with a step too, where that scheduler crashes.
 *
 * @throws CronProblem
 */
export function parseCronField(text: string, kind: CronFieldKind): CronField {
  const entries = text.split(",").filter((entry) => entry !== "");
  if (entries.length === 0) throw new CronProblem(`${kind.name} field: missing directive`);
  const values = new Set<number>();
  const special: string[] = [];
  let restricted = true;
  for (const entry of entries.map((entry) => entry.toLowerCase())) {
    if (entry === "*" || entry === "?") {
      restricted = false;
      addSpan(values, { first: kind.min, last: kind.max, step: 1 });
      continue;
    }
    const span = parseSpan(entry, kind);
    if (span === undefined) special.push(entry);
    else addSpan(values, span);
  }
  return { values: [...values].toSorted((a, b) => a - b), restricted, special };
}

interface Span {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

function addSpan(values: Set<number>, { first, last, step }: Span): void {
  for (let value = first; value <= last; value += step) values.add(value);
}

/** `5`, `5-20`, `*`/2, `5/2`, `5-20/2`; undefined for anything else. */
function parseSpan(entry: string, kind: CronFieldKind): Span | undefined {
  const [range = "", stepText, ...rest] = entry.split("/");
  if (rest.length > 0 || (stepText !== undefined && !/^\d+$/.test(stepText))) return undefined;
  const bounds = parseBounds(range, stepText !== undefined, kind);
  if (bounds === undefined) return undefined;
  const [first, last] = bounds;
  const step = stepText === undefined ? 1 : stepOf(stepText, entry, kind);
  if (last < first) {
    const read = first === last ? "" : ` (read as ${first}-${last})`;
    throw new CronProblem(
      `invalid interval ${entry}${read} in the ${kind.name} field`,
      rangeHint(first, last, step, kind),
    );
  }
  return { first, last, step };
}

function parseBounds(
  range: string,
  hasStep: boolean,
  kind: CronFieldKind,
): readonly [number, number] | undefined {
  if (range === "*") return [kind.min, kind.max];
  const [from = "", to, ...rest] = range.split("-");
  const first = kind.valueOf(from);
  if (first === undefined || rest.length > 0) return undefined;
  if (to === undefined) return [first, hasStep ? kind.max : first];
  const last = kind.valueOf(to);
  return last === undefined ? undefined : [first, last];
}

/** Steps are numbers of at most two digits up to 59; anything else is no step there. */
function stepOf(text: string, entry: string, kind: CronFieldKind): number {
  const step = text.length <= 2 ? Number(text) : 0;
  if (step >= 1 && step <= kind.max && step <= 59) return step;
  const start = entry.slice(0, entry.indexOf("/"));
  const once = start === "*" ? String(kind.min) : start;
  throw new CronProblem(
    `invalid interval ${entry} in the ${kind.name} field: the step must be 1 to ${Math.min(kind.max, 59)}`,
    step === 0 && Number(text) === 0 ? undefined : `write ${once} for once`,
  );
}

function rangeHint(first: number, last: number, step: number, kind: CronFieldKind): string {
  const wrapped: number[] = [];
  const size = kind.max - kind.min + 1;
  const length = last - first + size;
  for (let offset = 0; offset <= length; offset += step) {
    wrapped.push(((first - kind.min + offset) % size) + kind.min);
  }
  return wrapped.length > 12 ? "write the two parts of the range as a list" : `write ${wrapped.join(",")}`;
}
