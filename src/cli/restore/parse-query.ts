import { parseUtc } from "#engine/cleanup/cleanup-options.ts";
import type { JournalQuery } from "#engine/cleanup/journal/select-entries.ts";
import { parseDuration } from "#engine/values/duration.ts";

import { UsageError } from "../usage-error.ts";

/** What is looked for, as it was typed. */
export interface QueryFlags {
  readonly kind?: string;
  readonly namespace?: string;
  readonly policy?: string;
  readonly run?: string;
  readonly since?: string;
  readonly until?: string;
}

/** Reads names (`NAME` or `KIND/NAME`) and flags. Throws a `UsageError` for what cannot be read. */
export function parseQuery(names: readonly string[], flags: QueryFlags, nowMs: number): JournalQuery {
  const { kind, namespace, policy, run, since, until } = flags;
  if (run !== undefined && parseUtc(run) === undefined) {
    throw new UsageError(`--run ${run}: a run is called by its scheduled time, such as 2026-01-31T15:30:00Z`);
  }
  return {
    names: names.map(parseName),
    ...(kind === undefined ? {} : { kind }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(policy === undefined ? {} : { policy }),
    ...(run === undefined ? {} : { run }),
    ...(since === undefined ? {} : { sinceMs: parseTime("--since", since, nowMs) }),
    ...(until === undefined ? {} : { untilMs: parseTime("--until", until, nowMs) }),
  };
}

/** True where nothing narrows it. */
export function asksForAll({ names, ...rest }: JournalQuery): boolean {
  return names.length === 0 && Object.keys(rest).length === 0;
}

function parseName(text: string): JournalQuery["names"][number] {
  const slash = text.indexOf("/");
  return slash < 0 ? { name: text } : { kind: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** A duration before now, a date or a time. */
function parseTime(flag: string, text: string, nowMs: number): number {
  const nanoseconds = parseDuration(text);
  if (nanoseconds !== undefined) return nowMs - Number(nanoseconds / 1_000_000n);
  const atMs = parseUtc(text) ?? parseUtc(`${text}T00:00:00Z`);
  if (atMs !== undefined) return atMs;
  throw new UsageError(
    `${flag} ${text}: give a duration (2h), a date (2026-01-31) or a time (2026-01-31T15:30:00Z)`,
  );
}
