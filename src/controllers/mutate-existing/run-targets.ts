import PQueue from "p-queue";
import type { RuleResponse } from "#engine/response.ts";
import { createSlicer } from "#controllers/runtime/slice.ts";
import { applyTarget } from "./apply-target.ts";
import type { AppliedTarget } from "./apply-target.ts";
import { judgeTargets } from "./judge-targets.ts";
import type { Judging } from "./judge-targets.ts";
import type { MutateTask } from "./mutate-task.ts";
import type { MutateWorld, RunContext } from "./ports.ts";
import { eachTargetPage } from "./read-targets.ts";
import type { ReadTarget } from "./read-targets.ts";
import type { TargetRead } from "./plan-reads.ts";
import { noteChanged, noteFailure, noteRecovered, quarrelText } from "./run-tally.ts";
import type { RunTally } from "./run-tally.ts";
import type { Standings } from "./standings.ts";
import { gaveUp } from "./target-verdict.ts";
import type { JudgeTarget, TargetVerdict } from "./target-verdict.ts";
import type { UndoWatch } from "./undo-watch.ts";

/** One run of a task, for one trigger or for none. */
export interface Run {
  readonly task: MutateTask;
  readonly world: MutateWorld;
  readonly context: RunContext;
  readonly undo: UndoWatch;
  readonly tally: RunTally;
  readonly standings: Pick<Standings, "targetFailed" | "targetIsFine">;
  /** Told of each target that was written or could not be. */
  readonly onApplied: (target: ReadTarget, applied: AppliedTarget) => void;
  /** Awaited when all targets of a page are written. */
  readonly afterPage: () => Promise<void>;
  readonly signal: AbortSignal;
}

const sliceMs = 20;

/** Judges and writes what `reads` find: one page at a time, and the next read begins when the last one is written. */
export async function runReads(run: Run, reads: readonly TargetRead[], judge: JudgeTarget): Promise<void> {
  const { task, world, signal } = run;
  for (const read of reads) {
    await eachTargetPage({ world, scope: task.scope, signal }, read, (targets) =>
      runTargets(run, targets, judge),
    );
  }
}

/** Judges targets that are at hand and writes those that are to change. Resolves when all of them are written. */
export async function runTargets(
  run: Run,
  targets: readonly ReadTarget[],
  judge: JudgeTarget,
): Promise<void> {
  const { task, world, context, tally, signal } = run;
  const slice = createSlicer({ sliceMs, monotonicMs: world.monotonicMs });
  const judging: Judging = { task, judge, context, slice, signal };
  const verdicts = await judgeTargets(judging, targets);
  tally.judged += targets.length;
  const queue = new PQueue({ concurrency: world.concurrency });
  const ending: { error?: unknown } = {};
  const write = async (target: ReadTarget, verdict: TargetVerdict & { kind: "change" }): Promise<void> => {
    try {
      const applied = await applyTarget(
        { ...run, judgeAgain: (again) => judgeOne(judging, again) },
        target,
        verdict.object,
      );
      noteApplied(run, target, verdict.response, applied);
      run.onApplied(target, applied);
    } catch (error) {
      ending.error ??= error;
      queue.clear();
    }
  };
  for (const [index, target] of targets.entries()) {
    const verdict = verdicts[index];
    if (verdict === undefined) continue;
    if (verdict.kind === "error") {
      noteFailed(run, target, verdict.response, { evaluated: true });
    }
    if (verdict.kind === "same") noteFine(run, target);
    if (verdict.kind === "change") void queue.add(() => write(target, verdict));
  }
  await queue.onIdle();
  if (ending.error !== undefined) throw ending.error;
  await run.afterPage();
}

/** A target was written, or it was not. */
function noteApplied(run: Run, target: ReadTarget, response: RuleResponse, applied: AppliedTarget): void {
  const { task, tally, standings } = run;
  const failed = (message: string, more: { readonly final?: boolean }): void =>
    noteFailed(run, target, { ...response, status: "error", message }, more);
  switch (applied.kind) {
    case "changed":
      standings.targetIsFine(task.key, target.object.metadata.uid);
      noteChanged(tally, target, response);
      return;
    case "failed":
      failed(applied.message, { final: applied.final });
      return;
    case "error":
      noteFailed(run, target, applied.verdict.response, { evaluated: true });
      return;
    case "quarrel":
      tally.quarrelMs = Math.min(tally.quarrelMs ?? Number.POSITIVE_INFINITY, applied.delayMs);
      failed(quarrelText, {});
      return;
    case "same":
      noteFine(run, target);
      return;
    case "gone":
      return;
    default:
      applied satisfies never;
  }
}

function noteFailed(
  { task, tally, standings }: Run,
  target: ReadTarget,
  response: RuleResponse,
  more: { readonly final?: boolean; readonly evaluated?: boolean },
): void {
  const isNews = standings.targetFailed(task.key, target.object.metadata.uid, response.message);
  noteFailure(tally, { target, response, isNews, ...more });
}

/** A target that is as it should be is news only where it was not before. */
function noteFine({ task, tally, standings }: Run, { object }: ReadTarget): void {
  if (!standings.targetIsFine(task.key, object.metadata.uid)) return;
  const message = task.kind === "rule" ? "no patches applied" : "success";
  noteRecovered(tally, { rule: task.rule, type: "mutate", status: "pass", message, properties: {} }, object);
}

async function judgeOne(judging: Judging, target: ReadTarget): Promise<TargetVerdict> {
  const [verdict] = await judgeTargets(judging, [target]);
  return verdict ?? gaveUp(judging.task.rule);
}
