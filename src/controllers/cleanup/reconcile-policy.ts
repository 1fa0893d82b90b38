import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { done } from "#controllers/runtime/reconcile-loop.ts";
import type { Outcome } from "#controllers/runtime/reconcile-loop.ts";
import { JournalFailure } from "#engine/cleanup/journal/journal-failure.ts";
import type { Logger } from "#telemetry/logger.ts";
import { WriteFenced } from "#kube/client/api-error.ts";
import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import { taskProblems } from "#engine/cleanup/task/cleanup-task.ts";
import { nextDue, shareOf } from "#engine/cleanup/task/next-due.ts";
import type { Due } from "#engine/cleanup/task/next-due.ts";
import type { CleanupFindings, RunRecord, UnfinishedRun } from "./plan-status.ts";
import type { RunWorld } from "./ports.ts";
import { messageOf } from "./run/find-candidates.ts";
import { PolicyChanged } from "./run/delete-targets.ts";
import { runPolicy } from "./run/run-policy.ts";
import type { FinishedRun, RunObserver, RunRequest } from "./run/run-policy.ts";

/** What is remembered of a policy between its runs; the status says the same after a restart. */
interface Memory {
  readonly uid: string;
  lastRun?: RunRecord;
  held?: { readonly scheduledMs: number; readonly message: string };
  /** The end of the last run that counts as one; schedules go on from here even where status cannot be written. */
  executedMs?: number;
  /** The clock was found behind the last run. */
  setBackMs?: number;
  failuresInRow: number;
  /** Set while a failed run waits: it is not repeated sooner, by whatever else the policy is looked at, unless it is edited. */
  pause?: { readonly untilMonotonicMs: number; readonly generation: number | undefined };
}

export interface ReconcilePolicyOptions {
  readonly world: RunWorld;
  readonly clock: Clock;
  readonly log: Logger;
  readonly defaultZone: () => string;
  readonly task: (key: string) => CleanupTask | undefined;
  readonly served: () => readonly ResourceType[];
  readonly observerOf: (task: CleanupTask) => RunObserver;
  readonly waits: (task: CleanupTask) => RunRequest["waits"];
  readonly onRun: (task: CleanupTask, record: RunRecord) => void;
  /** Stores what is true of a policy; a failure is logged there and never stops a schedule. */
  readonly writeStatus: (task: CleanupTask, findings: CleanupFindings) => Promise<void>;
}

export interface PolicyReconciler {
  reconcile(key: string, signal: AbortSignal): Promise<Outcome>;
  /** When the policy runs next, undefined where it does not. */
  nextMs(key: string): number | undefined;
}

/** Wall clocks are set: no timer runs longer than this without a look at the time. */
const longestSleepMs = 60_000;
const firstRetryMs = 15_000;
const longestRetryMs = 600_000;

/**
 * Runs a policy when it is due and arms it again on every path: after a run, after a failure, after a limit. Only what
 * cannot run at all (a schedule that is none, or is over) waits for an edit.
 */
export function createPolicyReconciler(options: ReconcilePolicyOptions): PolicyReconciler {
  const { clock, log } = options;
  const memories = new Map<string, Memory>();

  const memoryOf = (task: CleanupTask): Memory => {
    const known = memories.get(task.key);
    if (known?.uid === task.uid) return known;
    const { heldRunMs } = task.stored;
    const fresh: Memory = {
      uid: task.uid,
      failuresInRow: 0,
      ...(heldRunMs === undefined
        ? {}
        : { held: { scheduledMs: heldRunMs, message: "a run exceeded its limits" } }),
    };
    memories.set(task.key, fresh);
    return fresh;
  };

  /** What the next time is counted from. Where that lies ahead of a clock that was set back: when this was noticed. */
  const referenceOf = (task: CleanupTask): number => {
    const memory = memoryOf(task);
    const nowMs = clock.now();
    const lastMs = memory.executedMs ?? task.stored.lastExecutionMs ?? task.createdMs;
    if (lastMs <= nowMs) delete memory.setBackMs;
    else memory.setBackMs = Math.min(memory.setBackMs ?? nowMs, nowMs);
    return memory.setBackMs ?? lastMs;
  };

  const dueOf = (task: CleanupTask): Due | undefined => {
    if (!task.schedule.ok || taskProblems(task).length > 0) return undefined;
    return nextDue({
      schedule: task.schedule.schedule,
      options: task.options,
      referenceMs: referenceOf(task),
      nowMs: clock.now(),
      defaultZone: options.defaultZone(),
      share: shareOf(task.uid),
    });
  };

  const attempt = async (
    task: CleanupTask,
    due: Due,
    confirmed: boolean,
    signal: AbortSignal,
  ): Promise<void> => {
    const memory = memoryOf(task);
    const startedMs = clock.monotonicMs();
    let finished: FinishedRun;
    try {
      finished = await runPolicy(options.world, {
        task,
        served: options.served(),
        scheduledMs: due.scheduledMs,
        confirmed,
        observer: options.observerOf(task),
        signal,
        waits: options.waits(task),
        isCurrent: isSameAs(task),
      });
    } catch (error) {
      if (signal.aborted || error instanceof WriteFenced) throw error;
      const message = messageOf(error);
      if (error instanceof PolicyChanged) {
        log.info("cleanup run ended, its policy was edited or is gone", { policy: task.key });
        conclude(task, memory, { kind: "failed", message }, { due, startedMs });
        return;
      }
      memory.failuresInRow += 1;
      const pauseMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(memory.failuresInRow - 1, 10));
      memory.pause = {
        untilMonotonicMs: clock.monotonicMs() + pauseMs,
        generation: task.generation,
      };
      log.warn("cleanup run failed, it is repeated", { policy: task.key, error });
      conclude(task, memory, failedRun(error), { due, startedMs });
      return;
    }
    memory.failuresInRow = 0;
    delete memory.pause;
    memory.executedMs = clock.now();
    const { outcome, tally } = finished;
    // Later runs that are held too wait for the same confirmation: one that comes every minute could not be confirmed.
    if (outcome.kind === "held") {
      const scheduledMs = memory.held?.scheduledMs ?? due.scheduledMs;
      memory.held = { scheduledMs, message: outcome.limits.join("; ") };
    } else delete memory.held;
    conclude(task, memory, outcome, { due, startedMs, tally });
  };

  const conclude = (
    task: CleanupTask,
    memory: Memory,
    outcome: RunRecord["outcome"],
    run: { readonly due: Due; readonly startedMs: number; readonly tally?: FinishedRun["tally"] },
  ): void => {
    const record: RunRecord = {
      scheduledMs: run.due.scheduledMs,
      endedMs: clock.now(),
      durationMs: clock.monotonicMs() - run.startedMs,
      outcome,
      ...(run.tally === undefined ? {} : { tally: run.tally }),
    };
    memory.lastRun = record;
    options.onRun(task, record);
  };

  /** Left out because nobody could start it in time. */
  const isMissed = (task: CleanupTask, due: Due): boolean => {
    const { startingDeadlineMs } = task.options;
    return startingDeadlineMs !== undefined && clock.now() - due.startMs > startingDeadlineMs;
  };

  /** How long a failed run still waits; 0 where nothing waits. */
  const pauseOf = (task: CleanupTask): number => {
    const { pause } = memoryOf(task);
    if (pause === undefined || pause.generation !== task.generation) return 0;
    return Math.max(0, pause.untilMonotonicMs - clock.monotonicMs());
  };

  /** False once the policy was edited in what counts, or is gone: a run ends then, and deletes nothing any more. */
  const isSameAs = (task: CleanupTask): (() => boolean) => {
    const contentOf = ({ uid, generation, options: how }: CleanupTask): string =>
      JSON.stringify([uid, generation, how]);
    const content = contentOf(task);
    let looked: CleanupTask | undefined = task;
    return () => {
      const now = options.task(task.key);
      if (now === looked) return true;
      if (now === undefined || contentOf(now) !== content) return false;
      looked = now;
      return true;
    };
  };

  const runIfDue = async (task: CleanupTask, signal: AbortSignal): Promise<void> => {
    const memory = memoryOf(task);
    const { confirmedRunMs } = task.options;
    if (memory.held !== undefined && memory.held.scheduledMs === confirmedRunMs) {
      const scheduledMs = memory.held.scheduledMs;
      await attempt(task, { scheduledMs, startMs: scheduledMs }, true, signal);
      return;
    }
    const due = dueOf(task);
    if (due === undefined || due.startMs > clock.now() || pauseOf(task) > 0) return;
    if (isMissed(task, due)) {
      memory.executedMs = clock.now();
      const message = "it could not start before its starting-deadline";
      conclude(task, memory, { kind: "missed", message }, { due, startedMs: clock.monotonicMs() });
      return;
    }
    await attempt(task, due, false, signal);
  };

  const sleepOf = (task: CleanupTask, due: Due | undefined): Outcome => {
    if (due === undefined) return done;
    const delayMs = Math.max(0, due.startMs - clock.now(), pauseOf(task));
    // A tick is due strictly after the second it names.
    return { kind: "requeueAfter", delayMs: Math.min(longestSleepMs, Math.max(5, delayMs)) };
  };

  return {
    async reconcile(key, signal) {
      const task = options.task(key);
      if (task === undefined) {
        memories.delete(key);
        return done;
      }
      if (taskProblems(task).length === 0) await runIfDue(task, signal);
      // What it is now is looked at next; nothing is told of another policy that came under its name.
      if (options.task(key)?.uid !== task.uid) return { kind: "requeueAfter", delayMs: 5 };
      const due = dueOf(task);
      const { lastRun, held } = memoryOf(task);
      await options.writeStatus(task, {
        ...(due === undefined ? {} : { nextMs: due.startMs }),
        ...(lastRun === undefined ? {} : { lastRun }),
        ...(held === undefined ? {} : { held }),
      });
      return sleepOf(task, due);
    },
    nextMs(key) {
      const task = options.task(key);
      return task === undefined ? undefined : dueOf(task)?.startMs;
    },
  };
}

function failedRun(error: unknown): UnfinishedRun {
  const message = messageOf(error);
  if (!(error instanceof JournalFailure)) return { kind: "failed", message };
  return {
    kind: "failed",
    message: `nothing is deleted that cannot be written down first: ${message}`,
    journal: error.reason,
  };
}
