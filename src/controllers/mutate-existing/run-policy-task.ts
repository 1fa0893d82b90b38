import { splitApiVersion } from "#api/meta/resource-type.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { TriggerEvent } from "#controllers/triggers/trigger-event.ts";
import type { EvaluationInput } from "#engine/input.ts";
import { targetsOfTrigger } from "#engine/mutating-policy/mutate-existing.ts";
import type { ListedTargets, TriggerTargets } from "#engine/mutating-policy/mutate-existing.ts";
import type { JsonObject } from "#engine/values/json.ts";
import { targetInput, triggerInput } from "./evaluation-inputs.ts";
import type { RunMoment } from "./evaluation-inputs.ts";
import { judgeByPolicy } from "./judge-by-policy.ts";
import type { PolicyTask } from "./mutate-task.ts";
import { planListedReads } from "./plan-reads.ts";
import type { TargetRead } from "./plan-reads.ts";
import { placeOf, readTarget } from "./read-targets.ts";
import type { ReadTarget } from "./read-targets.ts";
import { noteFailure } from "./run-tally.ts";
import { runReads, runTargets } from "./run-targets.ts";
import type { Run } from "./run-targets.ts";
import { gaveUp, maxRounds } from "./target-verdict.ts";
import type { JudgeTarget } from "./target-verdict.ts";

type PolicyRun = Run & { readonly task: PolicyTask };

/** Carries out a MutatingPolicy for one trigger. Resolves to whether the policy is for the trigger. */
export async function runPolicyTask(
  run: PolicyRun,
  moment: RunMoment,
  event: TriggerEvent,
): Promise<boolean> {
  const { tally } = run;
  const inputOf = (): EvaluationInput => triggerInput(moment, event, run.task);
  const meant = await untilKnown(run, inputOf);
  const judge = judgeFor(run, moment, inputOf());
  switch (meant.kind) {
    case "response": {
      const failed = meant.response.status === "error" || meant.response.status === "fail";
      if (failed) noteFailure(tally, { response: meant.response, evaluated: true });
      return true;
    }
    case "objects":
      await runTargets(run, await foundTargets(run, meant.objects), judge);
      return meant.objects.length > 0;
    case "listed":
      if (meant.targets.areTriggers) await runTargets(run, ownTarget(event), judge);
      else await runReads(run, readsOf(run, meant.targets), judge);
      return true;
    default:
      return meant satisfies never;
  }
}

/** Carries out a MutatingPolicy on everything that it lists, without a trigger: its own conditions do not count then. */
export async function runStanding(run: PolicyRun, moment: RunMoment): Promise<void> {
  const { existing } = run.task;
  if (existing.kind !== "listed") return;
  await runReads(run, readsOf(run, existing), judgeFor(run, moment, undefined));
}

function readsOf(
  { world }: PolicyRun,
  { resources, namespace, selector }: ListedTargets,
): readonly TargetRead[] {
  return planListedReads(resources, { namespace, selector }, world.types());
}

/** What the operator is told to leave alone is no target. */
function judgeFor(run: PolicyRun, moment: RunMoment, trigger: EvaluationInput | undefined): JudgeTarget {
  const judge = judgeByPolicy(run.task, (target) => targetInput(moment, target), trigger);
  return (target) => {
    const { type, subresource } = target.read;
    const isFiltered = run.world.isFiltered({ type, subresource, ...placeOf(target.object) });
    return isFiltered ? { kind: "same" } : judge(target);
  };
}

/** A trigger that is its own target. One that is gone is none. */
function ownTarget({ type, object, operation, subresource }: TriggerEvent): readonly ReadTarget[] {
  if (operation === "DELETE" || subresource !== "" || object.metadata.uid === "") return [];
  return [{ read: readOf(type, "", object), object }];
}

function readOf(type: TargetRead["type"], subresource: string, object: KubeObject): TargetRead {
  return { type, subresource, ...placeOf(object), takes: () => true };
}

async function untilKnown(
  { task, context }: PolicyRun,
  inputOf: () => EvaluationInput,
): Promise<Exclude<TriggerTargets, { kind: "pending" }>> {
  for (let round = 0; round < maxRounds; round += 1) {
    const meant = targetsOfTrigger(task.compiled, inputOf());
    if (meant.kind !== "pending") return meant;
    await context.settle(meant.requests, task.scope);
  }
  const given = gaveUp(task.rule);
  return given.kind === "error"
    ? { kind: "response", response: given.response }
    : { kind: "objects", objects: [] };
}

/**
 * The objects that an expression gave, as targets. One that says nothing of its version was put together by the
 * expression and is read first; one of a kind that is not served cannot be a target.
 */
async function foundTargets(run: PolicyRun, objects: readonly JsonObject[]): Promise<readonly ReadTarget[]> {
  const { world, task, tally, signal } = run;
  const targets: ReadTarget[] = [];
  for (const found of objects) {
    const object = found as unknown as KubeObject;
    const read = readOfFound(run, object);
    if (read === undefined) {
      const message = `the target expression gave an object that names no served kind: ${JSON.stringify([found["apiVersion"] ?? null, found["kind"] ?? null])}`;
      noteFailure(tally, {
        response: { rule: "", type: "mutate", status: "error", message, properties: {} },
      });
      continue;
    }
    const isWhole =
      typeof object.metadata.resourceVersion === "string" && object.metadata.resourceVersion !== "";
    const current = isWhole
      ? object
      : await readTarget({ world, scope: task.scope, signal }, read, placeOf(object));
    if (current !== undefined) targets.push({ read, object: current });
  }
  return targets;
}

function readOfFound({ world, task }: PolicyRun, object: KubeObject): TargetRead | undefined {
  const { metadata, apiVersion, kind } = object as Partial<KubeObject>;
  if (typeof apiVersion !== "string" || typeof metadata?.name !== "string") return undefined;
  const { group, version } = splitApiVersion(apiVersion);
  const type = world
    .types()
    .find((one) => one.group === group && one.version === version && one.kind === kind);
  if (type === undefined) return undefined;
  const named = task.existing.resources.find(
    (one) => one.group === group && one.resource === type.resource && one.subresource !== "",
  );
  return readOf(type, named?.subresource ?? "", object);
}
