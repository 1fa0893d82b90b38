import PQueue from "p-queue";
import { isConflict, isForbidden, isNotFound } from "#kube/client/api-error.ts";
import type { Candidate } from "./candidate.ts";
import { objectKey, objectText } from "./candidate.ts";
import { messageOf } from "./find-candidates.ts";
import type { Run } from "./find-candidates.ts";
import { markKeyOf, utcText } from "./grace-mark.ts";
import { noteProblem } from "./run-tally.ts";

/**
 * Marks objects with the time at which they go, or takes marks away where `dueMs` is undefined. Only the object that was
 * judged is touched; one that changed meanwhile is looked at in the next run.
 */
export async function markTargets(
  run: Run,
  targets: Iterable<Candidate>,
  dueMs: number | undefined,
  onMarked: (target: Candidate) => void,
): Promise<void> {
  const { task, world, tally, signal } = run;
  const queue = new PQueue({ concurrency: world.concurrency });
  const key = markKeyOf(task.key);
  for (const target of targets) {
    await queue.onSizeLessThan(world.concurrency * 2);
    void queue.add(async () => {
      const { uid, resourceVersion, type, namespace, name } = target;
      const annotations = { [key]: dueMs === undefined ? null : utcText(dueMs) };
      try {
        const body = { metadata: { uid, resourceVersion, annotations } };
        await world.client.patch(type, objectKey(namespace, name), body, { kind: "merge", signal });
        onMarked(target);
      } catch (error) {
        if (isNotFound(error) || isConflict(error)) return;
        tally.failed += 1;
        const what = isForbidden(error) ? "cannot be marked (patch is not allowed)" : "cannot be marked";
        noteProblem(tally, `${objectText(target)} ${what}: ${messageOf(error)}`);
      }
    });
  }
  await queue.onIdle();
}
