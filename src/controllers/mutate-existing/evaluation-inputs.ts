import type { TriggerEvent } from "#controllers/triggers/trigger-event.ts";
import type { EvaluationInput } from "#engine/input.ts";
import type { MutateTask } from "./mutate-task.ts";
import type { MutateWorld, RunContext } from "./ports.ts";
import { placeOf } from "./read-targets.ts";
import type { ReadTarget } from "./read-targets.ts";
import { jsonOf } from "./target-verdict.ts";

/** What all evaluations of a run share: one time, one seed, one memo. */
export interface RunMoment {
  readonly world: Pick<MutateWorld, "budget" | "exceptions" | "celExceptions" | "namespaces">;
  readonly context: RunContext;
  readonly nowMs: number;
  readonly seed: number;
}

type Shared = Pick<
  EvaluationInput,
  "nowMs" | "seed" | "numbers" | "budget" | "context" | "exceptions" | "celExceptions"
>;

function sharedInput({ world, context, nowMs, seed }: RunMoment): Shared {
  const { exceptions, celExceptions } = world;
  return {
    nowMs,
    seed,
    numbers: "int64",
    budget: world.budget(),
    context,
    ...(exceptions === undefined ? {} : { exceptions }),
    ...(celExceptions === undefined ? {} : { celExceptions }),
  };
}

/**
 * A trigger as rules see it. For a DELETE its last state is the object as well as the old one. Triggers that merely exist
 * are told to a MutatingPolicy as if they were updated, or by what else it lists.
 */
export function triggerInput(moment: RunMoment, event: TriggerEvent, task: MutateTask): EvaluationInput {
  const { object, oldObject, namespaceLabels, user } = event;
  const operation =
    event.cause === "existing" && task.kind === "policy" ? task.existingOperation : event.operation;
  const old = oldObject ?? (operation === "DELETE" ? object : undefined);
  return {
    ...sharedInput(moment),
    resource: jsonOf(object),
    ...(old === undefined ? {} : { oldResource: jsonOf(old) }),
    gvk: event.type,
    subresource: event.subresource,
    operation,
    namespace: event.namespace,
    ...(namespaceLabels === undefined ? {} : { namespaceLabels }),
    ...(user === undefined ? {} : { user }),
  };
}

/** A target as a MutatingPolicy sees it: as if it was being updated. */
export function targetInput(moment: RunMoment, { read, object }: ReadTarget): EvaluationInput {
  const { namespace } = placeOf(object);
  const namespaceLabels = namespace === "" ? undefined : moment.world.namespaces.labelsOf(namespace);
  return {
    ...sharedInput(moment),
    resource: jsonOf(object),
    gvk: read.type,
    subresource: read.subresource,
    operation: "UPDATE",
    namespace,
    ...(namespaceLabels === undefined ? {} : { namespaceLabels }),
  };
}
