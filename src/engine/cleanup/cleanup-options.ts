import { daysFromCivil } from "../jmespath/civil-time.ts";
import { parseDuration } from "../values/duration.ts";
import { zoneOffsetOf } from "./schedule/zone-offset.ts";

/** Prefix of the annotations by which a cleanup or deleting policy is told how to go about it. */
export const cleanupPrefix = "cleanup.rearguard.io/";

/** Bounds of one run, checked before its first delete. */
export interface CleanupLimits {
  readonly maxCount?: number;
  /** Of 100: matched of scanned. Runs that match at most `percentFrom` objects are not measured by it. */
  readonly maxPercent?: number;
  readonly percentFrom: number;
  readonly maxPerNamespace?: number;
}

/** The newest of each group stay. */
export interface KeepLast {
  readonly count: number;
  /** What makes a group, beside kind and namespace: keys of labels. */
  readonly labels: readonly string[];
}

/** How one policy runs. */
export interface CleanupOptions {
  /** Judge and say what would go; delete nothing. */
  readonly audit: boolean;
  readonly limits: CleanupLimits;
  /** The run, by its scheduled time, that may exceed its limits once. */
  readonly confirmedRunMs?: number;
  /** How long an object is marked before it goes; 0 where it goes at once. */
  readonly graceMs: number;
  readonly keepLast?: KeepLast;
  /** IANA name; absent for that of the process. */
  readonly timeZone?: string;
  /** A run starts up to this much after its time, by a share that is the policy's own. */
  readonly jitterMs: number;
  /** A run that could not start for longer than this after its time is left out. */
  readonly startingDeadlineMs?: number;
  /** Annotations that cannot be read, for people; the policy does not run while there are any. */
  readonly problems: readonly string[];
}

interface Draft {
  audit: boolean;
  limits: { maxCount?: number; maxPercent?: number; percentFrom: number; maxPerNamespace?: number };
  confirmedRunMs?: number;
  graceMs: number;
  keepCount?: number;
  keepLabels: readonly string[];
  timeZone?: string;
  jitterMs: number;
  startingDeadlineMs?: number;
}

/** Puts the value into the draft, or says what is wrong with it. */
type Reader = (text: string, draft: Draft) => string | undefined;

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [
    "mode",
    (text, draft) => {
      draft.audit = text === "audit";
      return text === "audit" || text === "delete" ? undefined : "is audit or delete";
    },
  ],
  ["max-deletions", whole((count, { limits }) => void (limits.maxCount = count))],
  ["max-deletions-per-namespace", whole((count, { limits }) => void (limits.maxPerNamespace = count))],
  [
    "max-percent",
    (text, { limits }) => {
      const percent = Number(text.replace(/%$/, ""));
      if (text === "" || !(percent >= 0 && percent <= 100)) return "is a number from 0 to 100";
      limits.maxPercent = percent;
      limits.percentFrom = 0;
      return undefined;
    },
  ],
  [
    "confirm-run",
    (text, draft) => {
      const atMs = parseUtc(text);
      if (atMs === undefined) return "is the time of the run that was held, such as 2026-01-31T15:30:00Z";
      draft.confirmedRunMs = atMs;
      return undefined;
    },
  ],
  ["grace-period", duration((ms, draft) => void (draft.graceMs = ms))],
  ["keep-last", whole((count, draft) => void (draft.keepCount = count))],
  [
    "keep-last-by",
    (text, draft) => {
      draft.keepLabels = text
        .split(",")
        .map((key) => key.trim())
        .filter((key) => key !== "");
      return draft.keepLabels.length === 0 ? "is a list of label keys" : undefined;
    },
  ],
  [
    "time-zone",
    (text, draft) => {
      draft.timeZone = text;
      return zoneOffsetOf(text) === undefined ? "is no time zone (such as Europe/Berlin)" : undefined;
    },
  ],
  ["jitter", duration((ms, draft) => void (draft.jitterMs = ms))],
  ["starting-deadline", duration((ms, draft) => void (draft.startingDeadlineMs = ms))],
]);

function whole(put: (count: number, draft: Draft) => void): Reader {
  return (text, draft) => {
    if (!/^\d{1,9}$/.test(text)) return "is a whole number";
    put(Number(text), draft);
    return undefined;
  };
}

function duration(put: (ms: number, draft: Draft) => void): Reader {
  return (text, draft) => {
    const nanoseconds = parseDuration(text);
    if (nanoseconds === undefined || nanoseconds < 0n) return "is a duration, such as 30m or 24h";
    put(Number(nanoseconds / 1_000_000n), draft);
    return undefined;
  };
}

const utcTime = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})Z$/;

/** Milliseconds since 1970 of a time as status shows it. */
export function parseUtc(text: string): number | undefined {
  const found = utcTime.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59)
    return undefined;
  return (daysFromCivil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second) * 1000;
}

/**
 * Reads the annotations `cleanup.rearguard.io/…` of a policy over the defaults of the cluster. A typing error must not
 * widen what a policy deletes: whatever cannot be read, or is not known, is a problem.
 */
export function readCleanupOptions(
  annotations: Readonly<Record<string, unknown>>,
  defaults: CleanupLimits,
): CleanupOptions {
  const draft: Draft = { audit: false, limits: { ...defaults }, graceMs: 0, keepLabels: [], jitterMs: 0 };
  const problems: string[] = [];
  for (const [key, value] of Object.entries(annotations)) {
    if (!key.startsWith(cleanupPrefix)) continue;
    const reader = readers.get(key.slice(cleanupPrefix.length));
    const problem =
      reader === undefined
        ? `is not known; known are ${[...readers.keys()].join(", ")}`
        : reader(typeof value === "string" ? value : "", draft);
    if (problem !== undefined) problems.push(`annotation ${key} ${problem}`);
  }
  const { keepCount, keepLabels, ...rest } = draft;
  return {
    ...rest,
    ...(keepCount === undefined ? {} : { keepLast: { count: keepCount, labels: keepLabels } }),
    problems,
  };
}
