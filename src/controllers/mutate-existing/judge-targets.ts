import type { RunContext } from "./ports.ts";
import { gaveUp, maxRounds } from "./target-verdict.ts";
import type { JudgeTarget, StartedVerdict, TargetVerdict } from "./target-verdict.ts";
import type { ReadTarget } from "./read-targets.ts";
import type { MutateTask } from "./mutate-task.ts";

export interface Judging {
  readonly task: MutateTask;
  readonly judge: JudgeTarget;
  readonly context: RunContext;
  /** Lets other work in; awaited between two targets. */
  readonly slice: () => Promise<void> | undefined;
  readonly signal: AbortSignal;
}

/**
 * Judges targets together: those that wait for data wait once for all of it. The verdicts come in the order of the
 * targets.
 */
export async function judgeTargets(
  judging: Judging,
  targets: readonly ReadTarget[],
): Promise<readonly TargetVerdict[]> {
  const { task, judge, context, slice, signal } = judging;
  const verdicts = new Map<ReadTarget, StartedVerdict>();
  let waiting: readonly ReadTarget[] = targets;
  for (let round = 0; waiting.length > 0 && round < maxRounds; round += 1) {
    const requests = [];
    for (const target of waiting) {
      const cut = slice();
      if (cut !== undefined) await cut;
      signal.throwIfAborted();
      const verdict = judge(target);
      verdicts.set(target, verdict);
      if (verdict.kind === "pending") requests.push(...verdict.requests);
    }
    waiting = waiting.filter((target) => verdicts.get(target)?.kind === "pending");
    if (waiting.length > 0) await context.settle(requests, task.scope);
  }
  return targets.map((target) => {
    const verdict = verdicts.get(target);
    return verdict === undefined || verdict.kind === "pending" ? gaveUp(task.rule) : verdict;
  });
}
