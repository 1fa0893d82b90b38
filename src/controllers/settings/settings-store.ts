import type { Logger } from "#telemetry/logger.ts";
import { nothingRead, readSource, type SourceReading } from "./read-source.ts";
import {
  sourceOrder,
  showProblem,
  type RawSetting,
  type SettingProblem,
  type SourceKind,
} from "./setting-source.ts";
import { settingRows, type SettingName, type Settings } from "./setting-table.ts";

/** The settings in force, from all sources. */
export interface SettingsStore {
  current(): Settings;
  /** Where a value comes from; `default` where no source sets it. */
  originOf(name: SettingName): SourceKind | "default";
  /** What is not in force, of all sources. */
  problems(): readonly SettingProblem[];
  /** A source has this content now. What it no longer sets falls back; what it sets wrongly stays as it was. */
  replace(source: SourceKind, settings: Iterable<RawSetting>): void;
  /** A source cannot be read: everything it set before stays. */
  fail(source: SourceKind, problem: SettingProblem): void;
  /** Called after a change of any of `names`, with the new settings. Returns how to stop that. */
  onChange(names: readonly SettingName[], listener: (settings: Settings) => void): () => void;
}

/**
 * A store on the given sources. From `seal` on the process runs: settings that are not live keep their value, and a
 * change of them is a problem that asks for a restart.
 */
export function createSettingsStore({
  log,
}: {
  readonly log: () => Logger;
}): SettingsStore & { seal(): void } {
  const readings = new Map<SourceKind, SourceReading>();
  const listeners = new Set<{
    readonly names: ReadonlySet<SettingName>;
    readonly call: (settings: Settings) => void;
  }>();
  let settings = combine(readings);
  let sealed = false;
  let needRestart: readonly SettingProblem[] = [];

  const problems = (): readonly SettingProblem[] => [
    ...sourceOrder.flatMap((source) => readings.get(source)?.problems ?? []),
    ...relationProblems(settings),
    ...needRestart,
  ];

  const logNew = (before: readonly SettingProblem[]): void => {
    const known = new Set(before.map(showProblem));
    for (const problem of problems()) {
      if (!known.has(showProblem(problem))) log().warn("setting not in force", { ...problem });
    }
  };

  const take = (source: SourceKind, reading: SourceReading): void => {
    const problemsBefore = problems();
    readings.set(source, reading);
    const wanted = combine(readings);
    const changed = [...settingRows.keys()].filter((name) => !isSame(settings[name], wanted[name], name));
    const held = changed.filter((name) => sealed && settingRows.get(name)?.live === false);
    needRestart = held.map((name) => ({
      source: originIn(readings, name) ?? source,
      where: "running process",
      key: name,
      problem: "changed, but read at start only",
      hint: "restart to put it in force",
    }));
    const inForce = changed.filter((name) => !held.includes(name));
    settings = { ...wanted, ...Object.fromEntries(held.map((name) => [name, settings[name]])) };
    logNew(problemsBefore);
    if (sealed && inForce.length > 0) log().info("settings changed", { names: inForce, source });
    for (const { names, call } of listeners) {
      if (inForce.some((name) => names.has(name))) call(settings);
    }
  };

  return {
    current: () => settings,
    originOf: (name) => originIn(readings, name) ?? "default",
    problems,
    replace(source, raw) {
      const reading = readSource(source, raw);
      const before = readings.get(source) ?? nothingRead;
      const kept = [...reading.unreadable]
        .filter((name) => before.values.has(name))
        .map((name) => [name, before.values.get(name)] as const);
      take(source, { ...reading, values: new Map([...reading.values, ...kept]) });
    },
    fail(source, problem) {
      take(source, { ...(readings.get(source) ?? nothingRead), problems: [problem] });
    },
    onChange(names, call) {
      const listener = { names: new Set(names), call };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    seal() {
      sealed = true;
    },
  };
}

function originIn(
  readings: ReadonlyMap<SourceKind, SourceReading>,
  name: SettingName,
): SourceKind | undefined {
  return sourceOrder.find((source) => readings.get(source)?.values.has(name) === true);
}

function combine(readings: ReadonlyMap<SourceKind, SourceReading>): Settings {
  const entries = [...settingRows].map(([name, row]) => {
    const origin = originIn(readings, name);
    return [name, origin === undefined ? row.default : readings.get(origin)?.values.get(name)];
  });
  return Object.fromEntries(entries) as Settings;
}

function isSame(left: unknown, right: unknown, name: SettingName): boolean {
  const row = settingRows.get(name);
  return row === undefined || row.type.show(left) === row.type.show(right);
}

/** What is wrong between settings that are each right. */
function relationProblems(settings: Settings): readonly SettingProblem[] {
  const problems: SettingProblem[] = [];
  const add = (key: SettingName, problem: string, hint: string): void =>
    void problems.push({ source: "flags", where: "settings together", key, problem, hint });
  if (settings.leaseRenewDeadline >= settings.leaseDuration) {
    add("leaseRenewDeadline", "must be shorter than leaseDuration", "Kyverno's are 10s and 12s");
  }
  if (settings.leaseRetryPeriod * 1.2 >= settings.leaseRenewDeadline) {
    add("leaseRetryPeriod", "must be well below leaseRenewDeadline", "Kyverno's are 2s and 10s");
  }
  if ((settings.tlsCertFile === "") !== (settings.tlsKeyFile === "")) {
    add("tlsCertFile", "needs tlsKeyFile, and the other way round", "set both or none");
  }
  return problems;
}
