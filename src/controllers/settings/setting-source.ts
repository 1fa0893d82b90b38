import type { ConfigMapRole } from "./setting-table.ts";

/** Where settings come from, the strongest first. */
export const sourceOrder = ["flags", "environment", "file", "configMap", "metricsConfigMap"] as const;
export type SourceKind = (typeof sourceOrder)[number];

export const sourceOfRole: Readonly<Record<ConfigMapRole, SourceKind>> = {
  kyverno: "configMap",
  metrics: "metricsConfigMap",
};

/** One value as a source has it. */
export interface RawSetting {
  /** The key in the source's own spelling. */
  readonly key: string;
  readonly raw: unknown;
  /** For people: `--log-level`, `settings.yaml:3`, `ConfigMap kyverno/kyverno`. */
  readonly where: string;
}

/** Something in a source that is not in force. */
export interface SettingProblem {
  readonly source: SourceKind;
  readonly where: string;
  readonly key: string;
  readonly problem: string;
  /** What to write instead, where that can be told. */
  readonly hint?: string;
}

/** A problem as one sentence. */
export function showProblem({ where, key, problem, hint }: SettingProblem): string {
  return `${where}: ${key}: ${problem}${hint === undefined ? "" : `; ${hint}`}`;
}
