import { daysFromCivil, daysInMonth } from "../../jmespath/civil-time.ts";
import { parseDuration } from "../../values/duration.ts";

/** What the value of a TTL label asks for. */
export type TtlValue =
  /** So long after the object's creation. */
  | { readonly kind: "lifetime"; readonly lifetimeMs: number }
  /** At an instant, in milliseconds since 1970. */
  | { readonly kind: "instant"; readonly atMs: number }
  /** Never: asked for, or so far away that Kyverno's arithmetic overflows and deletes at once. */
  | { readonly kind: "never" }
  | { readonly kind: "invalid"; readonly problem: string };

const nanosecondsPerMs = 1_000_000n;
/** The longest duration that Go can say; what is longer is never. */
const maxNanoseconds = (1n << 63n) - 1n;

/**
 * Reads a value of `cleanup.kyverno.io/ttl`: a duration of Go (`2h30m`), a duration with days and weeks (`1d12h`,
 * `2weeks`), an instant (`2026-01-31T153000Z`: labels cannot hold colons) or a date (midnight UTC). `forever` and `never`
 * are ours. An unknown unit beside a known one is ignored, as with Kyverno.
 */
export function parseTtl(text: string): TtlValue {
  if (text === "forever" || text === "never") return { kind: "never" };
  const duration = parseDuration(text) ?? parseLongDuration(text);
  if (duration !== undefined) {
    return duration > maxNanoseconds
      ? { kind: "never" }
      : { kind: "lifetime", lifetimeMs: Math.ceil(Number(duration) / Number(nanosecondsPerMs)) };
  }
  const atMs = parseInstant(text);
  if (atMs !== undefined) return { kind: "instant", atMs };
  return {
    kind: "invalid",
    problem: `${JSON.stringify(text)} is no duration (30m, 2h, 1d12h), no date (2026-01-31) and no instant (2026-01-31T153000Z)`,
  };
}

interface Unit {
  readonly nanoseconds: bigint;
  readonly names: readonly string[];
  /** Longer spellings count by how they begin: `hours`, `hourly`. */
  readonly prefix: string;
}

const second = 1_000_000_000n;
const units: readonly Unit[] = [
  { nanoseconds: 1n, names: ["ns"], prefix: "nano" },
  { nanoseconds: 1_000n, names: ["us", "µs"], prefix: "micro" },
  { nanoseconds: nanosecondsPerMs, names: ["ms"], prefix: "milli" },
  { nanoseconds: second, names: ["s"], prefix: "sec" },
  { nanoseconds: 60n * second, names: ["m"], prefix: "min" },
  { nanoseconds: 3_600n * second, names: ["h", "hr"], prefix: "hour" },
  { nanoseconds: 86_400n * second, names: ["d"], prefix: "day" },
  { nanoseconds: 604_800n * second, names: ["w", "wk"], prefix: "week" },
];

/** Whole numbers with units, in nanoseconds and unbounded; undefined where there is no known pair. */
function parseLongDuration(text: string): bigint | undefined {
  if (text.includes(".")) return undefined;
  let total: bigint | undefined;
  for (const [, count = "", name = ""] of text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)) {
    const unit = unitOf(name.toLowerCase());
    if (unit !== undefined) total = (total ?? 0n) + BigInt(count) * unit.nanoseconds;
  }
  return total;
}

function unitOf(name: string): Unit | undefined {
  return units.find(({ names, prefix }) => names.includes(name) || name.startsWith(prefix));
}

function parseInstant(text: string): number | undefined {
  const found = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2})(\d{2})(\d{2})Z)?$/.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  if (!isDate || hour > 23 || minute > 59 || second > 59) return undefined;
  return (daysFromCivil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second) * 1000;
}

/**
 * When an object with this value goes, in milliseconds since 1970; undefined for never and for what cannot be read. A
 * lifetime counts from `sinceMs`, the object's creation or what stands for it.
 */
export function ttlDueMs(value: TtlValue, sinceMs: number): number | undefined {
  if (value.kind === "lifetime") return sinceMs + value.lifetimeMs;
  return value.kind === "instant" ? value.atMs : undefined;
}
