import type { KubeObject } from "#api/meta/object-meta.ts";
import type { JsonObject } from "#engine/values/json.ts";
import { ApiError, isConflict, isNotFound, WriteFenced } from "#kube/client/api-error.ts";
import { TargetHeldBack, TargetRefused } from "#kube/broker/create-target-guard.ts";
import { changePrint } from "./change-print.ts";
import type { MutateTask } from "./mutate-task.ts";
import type { MutateWorld } from "./ports.ts";
import { keyOf, placeOf, readTarget } from "./read-targets.ts";
import type { ReadTarget } from "./read-targets.ts";
import type { TargetVerdict } from "./target-verdict.ts";
import type { UndoWatch } from "./undo-watch.ts";

/** What became of a target that was to be changed. */
export type AppliedTarget =
  | { readonly kind: "changed"; readonly object: KubeObject }
  /** It changed meanwhile, and now is as it should be. */
  | { readonly kind: "same" }
  | { readonly kind: "gone" }
  /** `final`: trying again changes nothing. */
  | { readonly kind: "failed"; readonly message: string; readonly final: boolean }
  /** Judging it anew gave an error. */
  | { readonly kind: "error"; readonly verdict: TargetVerdict & { readonly kind: "error" } }
  /** Somebody undoes the change over and over. */
  | { readonly kind: "quarrel"; readonly delayMs: number };

export interface Applying {
  readonly task: MutateTask;
  readonly world: MutateWorld;
  readonly undo: UndoWatch;
  /** Judges one target anew, and loads what that needs. */
  readonly judgeAgain: (target: ReadTarget) => Promise<TargetVerdict>;
  readonly signal: AbortSignal;
}

const fieldManager = "rearguard-mutate";
/** How often an object that changes under our hands is judged again before it waits for the next try. */
const maxTries = 5;

/**
 * Writes what a target is to be, if it still is what was judged. Where it is not, it is read and judged again, so that
 * nothing that others wrote is lost. Rejects where no target can be written: the Lease may have lapsed, the server does not
 * answer.
 */
export async function applyTarget(
  applying: Applying,
  first: ReadTarget,
  planned: JsonObject,
): Promise<AppliedTarget> {
  const { world, task, undo, signal } = applying;
  const { read } = first;
  const place = placeOf(first.object);
  const of = read.subresource === "" ? {} : { subresource: read.subresource };
  let target = first;
  let desired = planned;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const body = bodyOf(target.object, desired);
    if (body === undefined) {
      return {
        kind: "failed",
        message: "the patch makes another object of it: name, namespace and kind stay",
        final: true,
      };
    }
    const change = { task: task.key, uid: uidOf(target), print: changePrint(target.object, body) };
    const verdict = undo.judge(change);
    if (verdict.kind === "wait") {
      return { kind: "quarrel", delayMs: verdict.delayMs };
    }
    try {
      signal.throwIfAborted();
      const written = await world.ownWrites.run(read.type, keyOf(place), () =>
        world.guard.run("update", { type: read.type, ...place, ...of }, task.scope, () =>
          world.client.update(read.type, keyOf(place), body, { fieldManager, signal, ...of }),
        ),
      );
      undo.written(change);
      return { kind: "changed", object: written };
    } catch (error) {
      if (isNotFound(error)) return { kind: "gone" };
      if (!isConflict(error)) return failureOf(error, signal);
    }
    const object = await readTarget({ world, scope: task.scope, signal }, read, place);
    // Another object of that name is not what the trigger was about; it is found by the next look.
    if (object === undefined || object.metadata.uid !== first.object.metadata.uid) return { kind: "gone" };
    target = { read, object };
    const again = await applying.judgeAgain(target);
    if (again.kind === "same") return { kind: "same" };
    if (again.kind === "error") return { kind: "error", verdict: again };
    desired = again.object;
  }
  return { kind: "failed", message: "it changes faster than it can be judged", final: false };
}

/** Objects of subresources that are no whole objects have no uid; their place tells them apart as well. */
function uidOf({ object, read }: ReadTarget): string {
  const { uid } = object.metadata;
  return `${uid === "" ? JSON.stringify(placeOf(object)) : uid}/${read.subresource}`;
}

/** A refusal concerns this object; silence, and a Lease that may have lapsed, concern all. */
function failureOf(error: unknown, signal: AbortSignal): AppliedTarget {
  if (signal.aborted || error instanceof WriteFenced) throw error;
  if (error instanceof TargetRefused) return { kind: "failed", message: error.message, final: true };
  if (error instanceof TargetHeldBack || (error instanceof ApiError && error.status !== 429)) {
    return { kind: "failed", message: error.message, final: false };
  }
  throw error;
}

/** The object to send: what identifies it is what was read. Undefined where the patch wants another identity. */
function bodyOf(object: KubeObject, desired: JsonObject): KubeObject | undefined {
  const wanted = desired as unknown as Partial<KubeObject>;
  const { metadata } = wanted;
  if (typeof metadata !== "object" || metadata === null) return undefined;
  const { name, uid, resourceVersion } = object.metadata;
  const keeps =
    metadata.name === name &&
    (metadata["namespace"] ?? "") === (object.metadata["namespace"] ?? "") &&
    wanted.kind === object.kind &&
    wanted.apiVersion === object.apiVersion;
  if (!keeps) return undefined;
  return {
    ...wanted,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      ...metadata,
      name,
      resourceVersion,
      ...(uid === "" ? {} : { uid }),
    },
  };
}
