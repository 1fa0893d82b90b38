import { zoneOffsetOf } from "#engine/cleanup/schedule/zone-offset.ts";
import { isIP } from "node:net";
import { formatDuration, parseDuration } from "#engine/values/duration.ts";
import { parseQuantity, quantityToFloat } from "#engine/values/quantity.ts";
import { parseListenAddress, showListenAddress, type ListenAddress } from "#telemetry/listen-address.ts";
import { cronProblem } from "#controllers/runtime/schedule.ts";

/** A value, or why it cannot be used and what would do. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string };

/** How values of one type are read, whatever they come from, and shown. */
export interface SettingType<T> {
  /** For the documentation: what may be written. */
  readonly name: string;
  /** Reads a text (flag, environment, ConfigMap) or a value of a YAML file. */
  parse(raw: unknown): Parsed<T>;
  show(value: T): string;
}

const ok = <T>(value: T): Parsed<T> => ({ ok: true, value });
const bad = (problem: string): Parsed<never> => ({ ok: false, problem });

/** The text of a scalar; undefined for lists, maps and nothing. */
function scalar(raw: unknown): string | undefined {
  if (typeof raw === "string") return raw.trim();
  return typeof raw === "number" || typeof raw === "boolean" || typeof raw === "bigint"
    ? String(raw)
    : undefined;
}

function scalarType<T>(
  name: string,
  parse: (text: string) => Parsed<T>,
  show: (value: T) => string,
): SettingType<T> {
  return {
    name,
    parse(raw) {
      const value = scalar(raw);
      return value === undefined ? bad(`expected ${name}`) : parse(value);
    },
    show,
  };
}

export const text: SettingType<string> = scalarType("text", ok, (value) => value);

export const bool: SettingType<boolean> = scalarType(
  "true or false",
  (value) => {
    // Go's flags, and so existing manifests, also write 1, t, TRUE.
    if (/^(?:1|t|true)$/i.test(value)) return ok(true);
    return /^(?:0|f|false)$/i.test(value) ? ok(false) : bad("expected true or false");
  },
  String,
);

export function integer(limits: { readonly min: number; readonly max: number }): SettingType<number> {
  const name = `whole number from ${limits.min} to ${limits.max}`;
  return scalarType(
    name,
    (value) => {
      const parsed = /^[+-]?\d+$/.test(value) ? Number(value) : Number.NaN;
      return parsed >= limits.min && parsed <= limits.max ? ok(parsed) : bad(`expected a ${name}`);
    },
    String,
  );
}

/** A duration such as `1h30m`, in milliseconds. */
export function duration(limits: { readonly minMs: number; readonly maxMs?: number }): SettingType<number> {
  const show = (ms: number): string => shortDuration(ms);
  const { minMs, maxMs = 365 * 24 * 3_600_000 } = limits;
  return scalarType(
    "duration, such as 90s or 1h30m",
    (value) => {
      const nanoseconds = parseDuration(value);
      if (nanoseconds === undefined) return bad("expected a duration such as 90s or 1h30m");
      const ms = Number(nanoseconds) / 1_000_000;
      return ms >= minMs && ms <= maxMs ? ok(ms) : bad(`expected between ${show(minMs)} and ${show(maxMs)}`);
    },
    show,
  );
}

function shortDuration(ms: number): string {
  return formatDuration(BigInt(Math.round(ms * 1_000_000)))
    .replace(/(?<=m)0s$/, "")
    .replace(/(?<=h)0m$/, "");
}

/** A number of bytes, with suffixes as quantities of Kubernetes have them: `2Mi`, `2000000`. */
export function bytes(limits: { readonly min: number; readonly max: number }): SettingType<number> {
  return scalarType(
    "size, such as 2Mi",
    (value) => {
      const quantity = parseQuantity(value);
      if (quantity === undefined) return bad("expected a size such as 2Mi or 2000000");
      const size = quantityToFloat(quantity);
      return Number.isInteger(size) && size >= limits.min && size <= limits.max
        ? ok(size)
        : bad(`expected between ${showBytes(limits.min)} and ${showBytes(limits.max)}`);
    },
    showBytes,
  );
}

function showBytes(size: number): string {
  const units = ["", "Ki", "Mi", "Gi"];
  let shown = size;
  let unit = 0;
  while (shown >= 1_024 && shown % 1_024 === 0 && unit < units.length - 1) {
    shown /= 1_024;
    unit++;
  }
  return `${shown}${units[unit] ?? ""}`;
}

export function oneOf<const T extends string>(choices: readonly T[]): SettingType<T> {
  return scalarType(
    choices.join(" | "),
    (value) => {
      const choice = choices.find((each) => each === value);
      return choice === undefined ? bad(`expected one of ${choices.join(", ")}`) : ok(choice);
    },
    (value) => value,
  );
}

/** A name of the IANA time zone database. */
export const timeZone: SettingType<string> = scalarType(
  "time zone, such as Europe/Berlin",
  (value) =>
    zoneOffsetOf(value) === undefined ? bad("expected a time zone such as Europe/Berlin") : ok(value),
  (value) => value,
);

function splitList(raw: unknown): readonly string[] | undefined {
  if (Array.isArray(raw)) {
    const items = raw.map(scalar);
    return items.every((item) => item !== undefined) ? items.filter((item) => item !== "") : undefined;
  }
  return scalar(raw)
    ?.split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** A list: comma-separated, or a YAML list. */
export const list: SettingType<readonly string[]> = {
  name: "comma-separated list",
  parse(raw) {
    const items = splitList(raw);
    return items === undefined ? bad("expected a comma-separated list") : ok(items);
  },
  show: (value) => value.join(","),
};

/** A list of some of `choices`. */
export function listOf<const T extends string>(choices: readonly T[]): SettingType<readonly T[]> {
  return {
    name: `list of ${choices.join(", ")}`,
    parse(raw) {
      const items = splitList(raw);
      if (items === undefined) return bad("expected a comma-separated list");
      const isChoice = (item: string): item is T => (choices as readonly string[]).includes(item);
      const unknown = items.filter((item) => !isChoice(item));
      return unknown.length === 0
        ? ok(items.filter(isChoice))
        : bad(
            `${unknown.map((item) => JSON.stringify(item)).join(", ")}: expected some of ${choices.join(", ")}`,
          );
    },
    show: (value) => value.join(","),
  };
}

/** A list of address ranges in CIDR notation. */
export const networks: SettingType<readonly string[]> = {
  ...list,
  name: "comma-separated list of CIDR ranges",
  parse(raw) {
    const parsed = list.parse(raw);
    const wrong = parsed.ok ? parsed.value.find((item) => !isNetwork(item)) : undefined;
    return wrong === undefined
      ? parsed
      : bad(`${JSON.stringify(wrong)}: expected a range such as 10.96.0.0/12`);
  },
};

function isNetwork(item: string): boolean {
  const [address = "", bits = ""] = item.split("/");
  const family = isIP(address);
  return family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

/** A cron expression, or nothing. */
export const cron: SettingType<string> = scalarType(
  "cron expression",
  (value) => {
    const problem = value === "" ? undefined : cronProblem(value);
    return problem === undefined ? ok(value) : bad(`not a cron expression (${problem})`);
  },
  (value) => value,
);

export const listenAddress: SettingType<ListenAddress> = scalarType(
  "address, such as :8000 or 127.0.0.1:8000",
  (value) => {
    const address = parseListenAddress(value);
    return address === undefined ? bad("expected an address such as :8000 or 127.0.0.1:8000") : ok(address);
  },
  showListenAddress,
);

/** Which part of the objects a process owns: `index` from 0, of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

const maxShards = 256;

export const shard: SettingType<Shard> = scalarType(
  "I/N",
  (value) => {
    const match = /^(\d{1,3})\/(\d{1,3})$/.exec(value);
    const [index, count] = [Number(match?.[1]), Number(match?.[2])];
    return match !== null && count >= 1 && count <= maxShards && index < count
      ? ok({ index, count })
      : bad(`expected I/N with I from 0 to N-1 and N at most ${maxShards}, such as 0/3`);
  },
  ({ index, count }) => `${index}/${count}`,
);
