import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import { taskProblems, taskWarnings } from "#engine/cleanup/task/cleanup-task.ts";
import type { JournalFailureReason } from "#engine/cleanup/journal/journal-failure.ts";
import { utcText } from "./run/grace-mark.ts";
import type { RunOutcome, RunTally } from "./run/run-tally.ts";

/** A run as the status tells it. */
export interface RunRecord {
  readonly scheduledMs: number;
  readonly endedMs: number;
  readonly durationMs: number;
  readonly outcome: RunOutcome | UnfinishedRun;
  readonly tally?: RunTally;
}

/** A run that did not come to its end, or never began. */
export interface UnfinishedRun {
  readonly kind: "failed" | "missed";
  readonly message: string;
  /** Where the journal could not be written: why. */
  readonly journal?: JournalFailureReason;
}

/** What is true of a policy now. */
export interface CleanupFindings {
  /** Undefined where it never runs, or cannot. */
  readonly nextMs?: number;
  readonly lastRun?: RunRecord;
  /** The run that waits for a confirmation. */
  readonly held?: { readonly scheduledMs: number; readonly message: string };
}

interface Condition {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

type Draft = Omit<Condition, "lastTransitionTime">;

const maxMessageLength = 2_000;

/**
 * The merge patch for a policy's status: our fields, and our conditions beside those of others. Undefined where the
 * stored status says all of it. A condition that does not turn keeps its time.
 */
export function planCleanupStatus(
  task: CleanupTask,
  findings: CleanupFindings,
  nowMs: number,
): object | undefined {
  const { raw } = task.stored;
  const { lastRun, nextMs, held } = findings;
  const inPlace = conditionsOf(raw, task);
  const ours = [
    readyCondition(task, findings),
    heldCondition(findings),
    journalCondition(lastRun, inPlace),
  ].filter((draft) => draft !== undefined);
  const conditions = mergeConditions(inPlace, ours, utcText(nowMs));
  const [ready] = conditions.filter(({ type }) => type === "Ready");
  const status = {
    ...(task.family === "CleanupPolicy"
      ? { conditions }
      : { conditionStatus: { ready: ready?.status === "True", message: ready?.message ?? "", conditions } }),
    nextExecutionTime: nextMs === undefined ? null : utcText(nextMs),
    heldRun:
      held === undefined ? null : { scheduledTime: utcText(held.scheduledMs), message: cut(held.message) },
    ...(lastRun === undefined ? {} : lastRunFields(lastRun)),
  };
  return covers(raw, status) ? undefined : { status };
}

function lastRunFields(run: RunRecord): object {
  const { scheduledMs, endedMs, durationMs, tally } = run;
  const executed = run.outcome.kind !== "failed";
  return {
    ...(executed ? { lastExecutionTime: utcText(endedMs) } : {}),
    lastRun: {
      scheduledTime: utcText(scheduledMs),
      outcome: outcomeNames[run.outcome.kind],
      message: cut(runMessage(run)),
      durationMs: Math.round(durationMs),
      scanned: tally?.scanned ?? 0,
      matched: tally?.matched ?? 0,
      deleted: tally?.deleted ?? 0,
      failed: tally?.failed ?? 0,
      skipped: [...(tally?.skipped.values() ?? [])].reduce((sum, count) => sum + count, 0),
    },
  };
}

const outcomeNames = {
  completed: "Completed",
  audited: "Audited",
  held: "Held",
  failed: "Failed",
  missed: "Missed",
} as const;

function runMessage({ outcome, tally }: RunRecord): string {
  const skipped = [...(tally?.skipped ?? [])].map(([reason, count]) => `${count} ${reason}`);
  const parts = [
    ...("message" in outcome ? [outcome.message] : []),
    ...("limits" in outcome ? outcome.limits : []),
    ...(skipped.length > 0 ? [`stay: ${skipped.join(", ")}`] : []),
    ...(tally?.problems ?? []),
  ];
  return parts.join("; ");
}

function readyCondition(task: CleanupTask, { nextMs }: CleanupFindings): Draft {
  const problems = taskProblems(task);
  if (problems.length > 0) {
    return { type: "Ready", status: "False", reason: "Failed", message: cut(problems.join("; ")) };
  }
  if (nextMs === undefined) {
    return {
      type: "Ready",
      status: "False",
      reason: "NeverRuns",
      message: "the schedule has no time any more at which the policy could run",
    };
  }
  const warnings = taskWarnings(task);
  return {
    type: "Ready",
    status: "True",
    reason: "Succeeded",
    message: warnings.length === 0 ? "Ready" : cut(warnings.join("; ")),
  };
}

function heldCondition({ held }: CleanupFindings): Draft | undefined {
  if (held === undefined)
    return {
      type: "LimitHeld",
      status: "False",
      reason: "WithinLimits",
      message: "no run waits for a confirmation",
    };
  const confirm = `to run it once, set the annotation cleanup.rearguard.io/confirm-run to ${utcText(held.scheduledMs)}`;
  return {
    type: "LimitHeld",
    status: "True",
    reason: "LimitExceeded",
    message: cut(`${held.message}; nothing was deleted; ${confirm}`),
  };
}

/** Only where the journal failed, and where it works again after that. */
function journalCondition(lastRun: RunRecord | undefined, stored: readonly unknown[]): Draft | undefined {
  if (lastRun === undefined) return undefined;
  const type = "JournalWritable";
  const { outcome } = lastRun;
  if ("journal" in outcome && outcome.journal !== undefined) {
    const reason = journalReasons[outcome.journal];
    return { type, status: "False", reason, message: cut(outcome.message) };
  }
  const failed = stored.some((item) => record(item)["type"] === type);
  if (!failed || outcome.kind === "failed" || outcome.kind === "missed") return undefined;
  return { type, status: "True", reason: "Written", message: "what is deleted is written down first" };
}

const journalReasons = {
  full: "Full",
  forbidden: "Forbidden",
  unavailable: "Unavailable",
  "too large": "TooLarge",
} as const;

function conditionsOf(raw: Readonly<Record<string, unknown>>, { family }: CleanupTask): readonly unknown[] {
  const holder = family === "CleanupPolicy" ? raw : record(raw["conditionStatus"]);
  return Array.isArray(holder["conditions"]) ? holder["conditions"] : [];
}

function mergeConditions(stored: readonly unknown[], ours: readonly Draft[], nowText: string): Condition[] {
  const names = new Set(ours.map(({ type }) => type));
  const foreign = stored.filter((item) => !names.has(String(record(item)["type"]))) as Condition[];
  const own = ours.map((draft) => {
    const before = record(stored.find((item) => record(item)["type"] === draft.type));
    const since = before["status"] === draft.status ? before["lastTransitionTime"] : undefined;
    return { ...draft, lastTransitionTime: typeof since === "string" ? since : nowText };
  });
  return [...foreign, ...own];
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function cut(text: string): string {
  return text.length <= maxMessageLength ? text : `${text.slice(0, maxMessageLength - 3)}...`;
}

/** True where everything planned is stored; null asks for absence. */
function covers(stored: unknown, planned: unknown): boolean {
  if (planned === null) return stored === undefined || stored === null;
  if (typeof planned !== "object") return stored === planned;
  if (Array.isArray(planned)) {
    return (
      Array.isArray(stored) &&
      stored.length === planned.length &&
      planned.every((item, at) => covers(stored[at], item))
    );
  }
  return Object.entries(planned).every(([key, value]) => covers(record(stored)[key], value));
}
