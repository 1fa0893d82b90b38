import PQueue from "p-queue";
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
import { noteApplied, noteFailure, noteRecovered } from "./run-tally.ts";
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
      const { uid } = target.object.metadata;
      if (applied.kind === "same") noteFine(run, target);
      else if (applied.kind === "changed") run.standings.targetIsFine(task.key, uid);
      else if (applied.kind !== "gone") run.standings.targetFailed(task.key, uid);
      noteApplied(tally, target, verdict.response, applied);
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
      run.standings.targetFailed(task.key, target.object.metadata.uid);
      noteFailure(tally, { target, response: verdict.response, evaluated: true });
    }
    if (verdict.kind === "same") noteFine(run, target);
    if (verdict.kind === "change") void queue.add(() => write(target, verdict));
  }
  await queue.onIdle();
  if (ending.error !== undefined) throw ending.error;
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
