import PQueue from "p-queue";
import { decodeMeta } from "#api/meta/object-meta.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { JournalCause } from "#engine/cleanup/journal/journal-entry.ts";
import { JournalFailure } from "#engine/cleanup/journal/journal-failure.ts";
import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import { isConflict, isNotFound, TransportError, WriteFenced } from "#kube/client/api-error.ts";
import type { Candidate } from "./candidate.ts";
import { objectKey, objectText } from "./candidate.ts";
import { eachObject, messageOf, verdictOn } from "./find-candidates.ts";
import type { Run } from "./find-candidates.ts";
import { countSkipped, noteProblem } from "./run-tally.ts";

/** Told of each object as it goes or does not. */
export interface DeleteObserver {
  deleted(target: Candidate, object: KubeObject): void;
  failed(target: Candidate, message: string): void;
}

interface DeleteDetails {
  /** The run, by its scheduled time. */
  readonly run: string;
  readonly observer: DeleteObserver;
  readonly isCurrent: () => boolean;
}

/** The policy was edited or deleted while its run went on. */
export class PolicyChanged extends Error {
  override readonly name = "PolicyChanged";

  constructor() {
    super("the policy was edited or deleted while it ran, and the rest of the run was left out");
  }
}

/** How often an object that changes under our hands is judged again. */
const maxTries = 3;

/**
 * The second pass: the types are listed again, and each object whose uid the first pass kept is deleted, if it is still
 * what was judged. One that changed meanwhile is judged again, one whose delete the server refuses because it changed
 * is read and judged again; nothing else is ever deleted.
 *
 * Rejects where the run must end: the Lease may have lapsed, the journal cannot be written, the server does not answer,
 * the policy is another. Nothing is under way any more then.
 */
export async function deleteTargets(
  run: Run,
  targets: ReadonlyMap<string, Candidate>,
  details: DeleteDetails,
): Promise<void> {
  const { world, tally } = run;
  const queue = new PQueue({ concurrency: world.concurrency });
  const left = new Set(targets.keys());
  const ending: { error?: unknown } = {};
  const work = async (target: Candidate, object: KubeObject): Promise<void> => {
    try {
      await deleteOne(run, target, object, details);
    } catch (error) {
      ending.error ??= error;
      queue.clear();
    }
  };
  try {
    for (const type of new Set([...targets.values()].map(({ type }) => type))) {
      await eachObject(run, type, async (object, { uid }) => {
        const target = targets.get(uid);
        // A list that started over may show an object twice.
        if (target === undefined || !left.delete(uid)) return;
        if (ending.error !== undefined) throw ending.error;
        await queue.onSizeLessThan(world.concurrency * 2);
        void queue.add(() => work(target, object));
      });
    }
  } catch (error) {
    ending.error ??= error;
    queue.clear();
  }
  await queue.onIdle();
  if (ending.error !== undefined) throw ending.error;
  if (left.size > 0) countSkipped(tally, "gone", left.size);
}

async function deleteOne(
  run: Run,
  target: Candidate,
  listed: KubeObject,
  details: DeleteDetails,
): Promise<void> {
  const { task, world, tally, signal } = run;
  let object: KubeObject | undefined = listed;
  let judgedVersion = target.resourceVersion;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const meta = decodeMeta(object);
    if (object === undefined || meta?.uid !== target.uid) return countSkipped(tally, "gone");
    if (meta.resourceVersion !== judgedVersion) {
      const verdict = await verdictOn(run, target.type, object, meta);
      if (verdict !== "selected") {
        if (verdict === "kept") countSkipped(tally, "changed");
        return;
      }
      judgedVersion = meta.resourceVersion;
    }
    if (!(await isWrittenDown(run, target, object, details))) return;
    if (!details.isCurrent()) throw new PolicyChanged();
    try {
      signal.throwIfAborted();
      await world.client.delete(target.type, objectKey(target.namespace, target.name), {
        uid: target.uid,
        resourceVersion: judgedVersion,
        ...(task.propagation === undefined ? {} : { propagation: task.propagation }),
        signal,
      });
      tally.deleted += 1;
      details.observer.deleted(target, object);
      return;
    } catch (error) {
      if (isNotFound(error)) return countSkipped(tally, "gone");
      // A refusal, by a webhook or an overloaded server, concerns this object; silence concerns all.
      if (error instanceof WriteFenced || error instanceof TransportError || signal.aborted) throw error;
      if (!isConflict(error)) return noteFailure(run, target, error, details);
      object = await readAgain(run, target);
    }
  }
  countSkipped(tally, "changed");
}

/** True where it may be deleted as far as the journal is concerned. Rejects where the journal keeps nothing at all. */
async function isWrittenDown(
  run: Run,
  target: Candidate,
  object: KubeObject,
  details: DeleteDetails,
): Promise<boolean> {
  const { journal } = run.world;
  if (journal === undefined) return true;
  const { type } = target;
  const reason = "selected by the policy";
  try {
    await journal.keep([{ type, object, cause: causeOf(run.task), run: details.run, reason }]);
    return true;
  } catch (error) {
    if (!(error instanceof JournalFailure) || error.reason !== "too large") throw error;
    noteFailure(run, target, error, details);
    return false;
  }
}

function causeOf({ kind, namespace, name }: CleanupTask): JournalCause {
  return { kind, ...(namespace === undefined ? {} : { namespace }), name };
}

function noteFailure({ tally }: Run, target: Candidate, error: unknown, { observer }: DeleteDetails): void {
  const message = messageOf(error);
  tally.failed += 1;
  noteProblem(tally, `${objectText(target)}: ${message}`);
  observer.failed(target, message);
}

async function readAgain({ world, signal }: Run, target: Candidate): Promise<KubeObject | undefined> {
  try {
    return await world.client.get(target.type, objectKey(target.namespace, target.name), { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
