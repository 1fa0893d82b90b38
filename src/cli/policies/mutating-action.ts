import { celSubjectOf } from "#engine/cel-policy/cel-subject.ts";
import { MatchError } from "#engine/cel-policy/match-constraints.ts";
import type { EvaluationInput } from "#engine/input.ts";
import type { PatchedTarget } from "#engine/mutate/mutate-targets.ts";
import type { TargetSelector } from "#engine/mutate/mutation-target.ts";
import type { CompiledMutatingPolicy } from "#engine/mutating-policy/compile-mutating-policy.ts";
import { mutateByPolicy } from "#engine/mutating-policy/mutate-by-policy.ts";
import { mutateTarget, targetsOfTrigger } from "#engine/mutating-policy/mutate-existing.ts";
import type { ListedTargets } from "#engine/mutating-policy/mutate-existing.ts";
import type { RuleResponse } from "#engine/response.ts";
import type { JsonObject } from "#engine/values/json.ts";

import { said } from "./policy-action.ts";
import type { ActionResult, ActionWorld, PolicyAction } from "./policy-action.ts";

/** A MutatingPolicy changes the object, or the existing objects that it is a trigger for. */
export function mutation(policy: CompiledMutatingPolicy): PolicyAction {
  const { existing } = policy;
  const changesTrigger = existing === undefined || (existing.kind === "listed" && existing.areTriggers);
  return {
    step: "mutate",
    run(input, world) {
      if (!changesTrigger) return changeTargets(policy, input, world);
      const result = mutateByPolicy(policy, input);
      return result.kind === "pending"
        ? { ...result, selectors: [] }
        : { ...result, targets: [], generated: [] };
    },
  };
}

type Found =
  | { readonly kind: "objects"; readonly objects: readonly JsonObject[] }
  | Exclude<ActionResult, { readonly kind: "completed" }>;

function changeTargets(
  policy: CompiledMutatingPolicy,
  input: EvaluationInput,
  world: ActionWorld,
): ActionResult {
  const asked = targetsOfTrigger(policy, input);
  switch (asked.kind) {
    case "pending":
      return { ...asked, selectors: [] };
    case "response":
      return said(input, asked.response);
    case "objects":
      return changeAll(policy, asked.objects, input, world);
    case "listed": {
      const found = listTargets(asked.targets, world);
      return found.kind === "pending" ? found : changeAll(policy, found.objects, input, world);
    }
    default:
      return asked satisfies never;
  }
}

function listTargets(
  { resources, namespace = "", takes, selector }: ListedTargets,
  world: ActionWorld,
): Found {
  const objects: JsonObject[] = [];
  const selectors: TargetSelector[] = [];
  for (const { group, version, resource, subresource } of resources) {
    const asked: TargetSelector = {
      kind: { group, version, kind: "*", resource, subresource },
      kindText: `${group}/${version} ${resource}`,
      namespace,
      name: "",
      ...(selector === undefined ? {} : { selector }),
    };
    const answer = world.targets.find(asked, world.scope);
    if (answer.kind === "pending") selectors.push(asked);
    if (answer.kind === "objects") objects.push(...answer.objects.map(({ object }) => object));
  }
  if (selectors.length > 0) return { kind: "pending", requests: [], selectors };
  return { kind: "objects", objects: objects.filter((object) => isTaken(object, takes, world)) };
}

function isTaken(object: JsonObject, takes: ListedTargets["takes"], world: ActionWorld): boolean {
  const input = world.inputOf(object);
  try {
    return input !== undefined && takes(celSubjectOf(input, "none"));
  } catch (error) {
    if (error instanceof MatchError) return false;
    throw error;
  }
}

function changeAll(
  policy: CompiledMutatingPolicy,
  objects: readonly JsonObject[],
  trigger: EvaluationInput,
  world: ActionWorld,
): ActionResult {
  const responses: RuleResponse[] = [];
  const targets: PatchedTarget[] = [];
  for (const object of objects) {
    const input = world.inputOf(object);
    if (input === undefined) continue;
    const result = mutateTarget(policy, { ...input, operation: "UPDATE" }, trigger);
    if (result.kind === "pending") return { ...result, selectors: [] };
    // Each variant answers; a target is changed once.
    const passed = result.responses.find(({ status }) => status === "pass");
    responses.push(...result.responses.filter((one) => one.status !== "pass" || one === passed));
    if (passed !== undefined) {
      targets.push({ rule: "", target: { object, subresource: "" }, object: result.object });
    }
  }
  return { kind: "completed", responses, object: trigger.resource, targets, generated: [] };
}
