import { nearest } from "./nearest.ts";
import { sourceOfRole, type RawSetting, type SettingProblem, type SourceKind } from "./setting-source.ts";
import { flagOf, settingRows, variableOf, type SettingName, type SettingRow } from "./setting-table.ts";
import { configMapKeysWithoutEffect, flagsWithoutEffect, variablesWithoutEffect } from "./without-effect.ts";

/** What one source sets, already of the right types. */
export interface SourceReading {
  readonly values: ReadonlyMap<SettingName, unknown>;
  /** The names whose value could not be read: what was in force before stays. */
  readonly unreadable: ReadonlySet<SettingName>;
  readonly problems: readonly SettingProblem[];
}

export const nothingRead: SourceReading = { values: new Map(), unreadable: new Set(), problems: [] };

/** How the keys of each source name the rows. */
const namesBySource: Readonly<Record<SourceKind, ReadonlyMap<string, SettingName>>> = {
  flags: new Map(
    [...settingRows].flatMap(([name, row]) =>
      [flagOf(name), ...(row.kyvernoFlags ?? [])].map((flag) => [flag, name] as const),
    ),
  ),
  environment: new Map(
    // Of several variables the first of the row wins, so later ones are entered first.
    [...settingRows].flatMap(([name, row]) =>
      [...(row.env ?? []), variableOf(name)].map((variable) => [variable, name] as const),
    ),
  ),
  file: new Map([...settingRows].filter(([, row]) => row.startOnly !== true).map(([name]) => [name, name])),
  configMap: keysOfConfigMap("configMap"),
  metricsConfigMap: keysOfConfigMap("metricsConfigMap"),
};

function keysOfConfigMap(source: SourceKind): ReadonlyMap<string, SettingName> {
  const keyOf = ({ configMap }: SettingRow<unknown>): string | undefined =>
    configMap !== undefined && sourceOfRole[configMap.role] === source ? configMap.key : undefined;
  return new Map(
    [...settingRows].flatMap(([name, row]) => {
      const key = keyOf(row);
      return key === undefined ? [] : [[key, name] as const];
    }),
  );
}

const withoutEffect: Readonly<Record<SourceKind, ReadonlyMap<string, string>>> = {
  flags: flagsWithoutEffect,
  environment: variablesWithoutEffect,
  file: new Map(),
  configMap: configMapKeysWithoutEffect,
  metricsConfigMap: new Map(),
};

/**
 * Reads a source. Unknown keys and values that do not fit become problems; the rest counts. Unknown variables of the
 * environment are a problem only with our own prefix.
 */
export function readSource(source: SourceKind, settings: Iterable<RawSetting>): SourceReading {
  const values = new Map<SettingName, unknown>();
  const unreadable = new Set<SettingName>();
  const problems: SettingProblem[] = [];
  const names = namesBySource[source];
  for (const setting of settings) {
    const name = names.get(setting.key);
    if (name === undefined) {
      const problem = unknownKey(source, setting);
      if (problem !== undefined) problems.push(problem);
      continue;
    }
    if (values.has(name) || unreadable.has(name)) continue;
    const parsed = settingRows.get(name)?.type.parse(setting.raw);
    if (parsed?.ok === true) values.set(name, parsed.value);
    else {
      unreadable.add(name);
      const { key, where } = setting;
      problems.push({
        source,
        where,
        key,
        problem: `${quote(setting.raw)}: ${parsed?.problem ?? "unknown"}`,
      });
    }
  }
  return { values, unreadable, problems };
}

function unknownKey(source: SourceKind, { key, where }: RawSetting): SettingProblem | undefined {
  if (withoutEffect[source].has(key)) return undefined;
  if (source === "environment" && !key.startsWith("REARGUARD_")) return undefined;
  const meant = nearest(key, namesBySource[source].keys());
  return {
    source,
    where,
    key,
    problem: "no such setting",
    ...(meant === undefined ? {} : { hint: `did you mean ${meant}?` }),
  };
}

function quote(raw: unknown): string {
  const shown = JSON.stringify(raw) ?? String(raw);
  return shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
}

/** The variables of an environment that are settings, the stronger of two for one setting first. */
export function settingsOfEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): readonly RawSetting[] {
  const own = (variable: string): RawSetting[] => {
    const raw = Object.hasOwn(environment, variable) ? environment[variable] : undefined;
    // An empty variable is how manifests say "not set".
    return raw === undefined || raw === "" ? [] : [{ key: variable, raw, where: "environment" }];
  };
  const known = [...settingRows].flatMap(([name, row]) =>
    [variableOf(name), ...(row.env ?? [])].flatMap((variable) => own(variable)),
  );
  const unknown = Object.keys(environment)
    .filter((variable) => variable.startsWith("REARGUARD_") && !namesBySource.environment.has(variable))
    .flatMap((variable) => own(variable));
  return [...known, ...unknown];
}

/** Flags as they were typed, without dashes, as settings. */
export function settingsOfFlags(flags: Iterable<readonly [string, unknown]>): readonly RawSetting[] {
  const settings = [...flags].map(([flag, raw]) => ({ key: flag, raw, where: `--${flag}` }));
  // Of one that is given twice the last wins, as in Go: arguments are appended to existing manifests.
  return settings.toReversed();
}

/** The data of a ConfigMap as settings. */
export function settingsOfConfigMap(
  data: Readonly<Record<string, unknown>>,
  where: string,
): readonly RawSetting[] {
  return Object.entries(data).map(([key, raw]) => ({ key, raw, where }));
}
