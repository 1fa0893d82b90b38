import { parse as parseYaml } from "yaml";
import type { MetricExposure } from "#telemetry/metrics-config.ts";
import type { Parsed, SettingType } from "./setting-type.ts";

type Plain = Readonly<Record<string, unknown>>;

const bad = (problem: string): Parsed<never> => ({ ok: false, problem });
const maxListed = 10_000;

const isRecord = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length <= maxListed && value.every((item) => typeof item === "string");

const field = (record: Plain, key: string): unknown => (Object.hasOwn(record, key) ? record[key] : undefined);

/** ConfigMaps hold these settings as JSON or YAML in a text, files as they are. */
function document(raw: unknown): unknown {
  if (typeof raw !== "string") return raw;
  try {
    return parseYaml(raw, { maxAliasCount: 0 });
  } catch {
    return undefined;
  }
}

export interface NamespaceSelection {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export const metricsNamespaces: SettingType<NamespaceSelection> = {
  name: 'JSON: {"include": [], "exclude": []}',
  parse(raw) {
    const value = document(raw);
    const include = isRecord(value) ? (field(value, "include") ?? []) : undefined;
    const exclude = isRecord(value) ? (field(value, "exclude") ?? []) : undefined;
    return isTextList(include) && isTextList(exclude)
      ? { ok: true, value: { include, exclude } }
      : bad('expected {"include": [names], "exclude": [names]}');
  },
  show: (value) => JSON.stringify(value),
};

function parseBoundaries(raw: unknown): readonly number[] | undefined {
  const items = typeof raw === "string" ? raw.split(",").map((item) => item.trim()) : raw;
  if (!Array.isArray(items) || items.length === 0 || items.length > 100) return undefined;
  const numbers = items.map((item) => (item === "" ? Number.NaN : Number(item)));
  const ascending = numbers.every(
    (value, at) => Number.isFinite(value) && value > (numbers[at - 1] ?? -Infinity),
  );
  return ascending ? numbers : undefined;
}

export const bucketBoundaries: SettingType<readonly number[]> = {
  name: "comma-separated ascending numbers",
  parse(raw) {
    const value = parseBoundaries(raw);
    return value === undefined ? bad("expected ascending numbers such as 0.1,0.5,1") : { ok: true, value };
  },
  show: (value) => value.join(", "),
};

export const metricsExposure: SettingType<ReadonlyMap<string, MetricExposure>> = {
  name: "map by name of metric",
  parse(raw) {
    const value = document(raw);
    if (!isRecord(value)) return bad("expected a map by name of metric");
    const exposures = new Map<string, MetricExposure>();
    for (const [name, entry] of Object.entries(value).slice(0, maxListed)) {
      const exposure = parseExposure(entry);
      if (exposure === undefined) {
        return bad(`${name}: expected enabled, disabledLabelDimensions and bucketBoundaries`);
      }
      exposures.set(name, exposure);
    }
    return { ok: true, value: exposures };
  },
  show: (value) => JSON.stringify(Object.fromEntries(value)),
};

function parseExposure(entry: unknown): MetricExposure | undefined {
  if (!isRecord(entry)) return undefined;
  const enabled = field(entry, "enabled") ?? true;
  const disabledLabelDimensions = field(entry, "disabledLabelDimensions") ?? [];
  const given = field(entry, "bucketBoundaries");
  if (typeof enabled !== "boolean" || !isTextList(disabledLabelDimensions)) return undefined;
  // An empty list is how charts say "as everywhere else".
  if (given === undefined || given === null || (Array.isArray(given) && given.length === 0)) {
    return { enabled, disabledLabelDimensions };
  }
  const boundaries = parseBoundaries(given);
  return boundaries === undefined
    ? undefined
    : { enabled, disabledLabelDimensions, bucketBoundaries: boundaries };
}
