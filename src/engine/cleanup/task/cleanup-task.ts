import type { ResourceType } from "#api/meta/resource-type.ts";
import type { CleanupOptions } from "../cleanup-options.ts";
import type { ParsedSchedule, ScheduleFamily } from "../schedule/parse-schedule.ts";
import type { ContextRequest, PermissionScope } from "../../context/context-source.ts";
import type { EvaluationInput } from "../../input.ts";

/** The kinds of policies that delete on a schedule. */
export type CleanupKind =
  | "CleanupPolicy"
  | "ClusterCleanupPolicy"
  | "DeletingPolicy"
  | "NamespacedDeletingPolicy";

export type Propagation = "Foreground" | "Background" | "Orphan";

/** Whether a policy takes an object; `failed` where that cannot be told, and then it stays. */
export type SelectionVerdict =
  | { readonly kind: "selected" }
  | { readonly kind: "kept" }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "pending"; readonly requests: readonly ContextRequest[] };

/** Which objects a policy deletes, however it says so. */
export interface CleanupSelection {
  /** Why nothing can be judged. */
  readonly problem?: string;
  /** What is judged as it is written, but hardly as it is meant; for people. */
  readonly warnings: readonly string[];
  /** True for a served kind whose objects have to be looked at. */
  readonly selects: (type: ResourceType) => boolean;
  /** True for a served kind that is named without a wildcard. */
  readonly namesKind: (type: ResourceType) => boolean;
  /** True where the policy names this namespace without a wildcard. */
  readonly namesNamespace: (namespace: string) => boolean;
  readonly judge: (input: EvaluationInput) => SelectionVerdict;
}

/** One policy, ready to run. */
export interface CleanupTask {
  /** `kind/namespace/name`; one policy, whatever becomes of it. */
  readonly key: string;
  readonly kind: CleanupKind;
  readonly family: ScheduleFamily;
  readonly apiVersion: string;
  readonly name: string;
  /** Absent for a policy of the cluster. */
  readonly namespace?: string;
  readonly uid: string;
  readonly generation?: number;
  readonly createdMs: number;
  readonly schedule: ParsedSchedule;
  readonly options: CleanupOptions;
  readonly propagation?: Propagation;
  readonly selection: CleanupSelection;
  readonly scope: PermissionScope;
  readonly stored: StoredStatus;
}

/** What the policy's status says, as far as it counts. */
export interface StoredStatus {
  readonly lastExecutionMs?: number;
  /** The run that a limit held, by its scheduled time. */
  readonly heldRunMs?: number;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** What a policy does other than its author may think; empty for most. */
export function taskWarnings({ schedule, selection }: CleanupTask): readonly string[] {
  return [...(schedule.ok ? schedule.warnings : []), ...selection.warnings];
}

/** What stands in the way of any run; empty where the policy can run. */
export function taskProblems({ schedule, options, selection }: CleanupTask): readonly string[] {
  return [
    ...(schedule.ok
      ? []
      : [`schedule: ${schedule.problem}${schedule.hint === undefined ? "" : `; ${schedule.hint}`}`]),
    ...options.problems,
    ...(selection.problem === undefined ? [] : [selection.problem]),
  ];
}
