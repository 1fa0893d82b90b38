import { celSubjectOf } from "../cel-policy/cel-subject.ts";
import { MatchError } from "../cel-policy/match-constraints.ts";
import { CelError } from "../cel/values/cel-error.ts";
import { jsonOf } from "../cel/values/json-of.ts";
import { Suspension } from "../context/context-source.ts";
import type { ContextRequest } from "../context/context-source.ts";
import type { EvaluationInput } from "../input.ts";
import type { RuleResponse } from "../response.ts";
import { isList, isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import type { CompiledMutatingPolicy } from "./compile-mutating-policy.ts";
import type { ExistingTargets } from "./existing-targets.ts";
import { mutateInTurn } from "./mutate-by-policy.ts";
import type { ObjectMutation } from "./mutate-by-policy.ts";
import { failed, runVariant, startVariant } from "./run-variant.ts";

/** What a trigger changes. */
export type TriggerTargets =
  /** None where the policy changes no existing objects, does not take the trigger, or its conditions are not met. */
  | { readonly kind: "objects"; readonly objects: readonly JsonObject[] }
  /** All that the policy's rules select. */
  | { readonly kind: "listed"; readonly targets: ListedTargets }
  /** They cannot be told, or an exception keeps the trigger from it. */
  | { readonly kind: "response"; readonly response: RuleResponse }
  | { readonly kind: "pending"; readonly requests: readonly ContextRequest[] };

/** Targets that are found by listing them. */
export type ListedTargets = Extract<ExistingTargets, { readonly kind: "listed" }>;

const none: TriggerTargets = { kind: "objects", objects: [] };

/**
 * The objects that a trigger changes. With a target expression it is asked: a list's `items`, or the one object. `input` is
 * the trigger with its operation; for a DELETE its last state is looked at. Never throws.
 */
export function targetsOfTrigger(policy: CompiledMutatingPolicy, input: EvaluationInput): TriggerTargets {
  const { identity, existing } = policy;
  const [variant] = policy.variants;
  if (existing === undefined || variant === undefined) return none;
  if (identity.namespace !== undefined && identity.namespace !== input.namespace) return none;
  const { body, problem = "" } = variant;
  const shown =
    input.operation === "DELETE" && input.oldResource !== undefined
      ? { ...input, resource: input.oldResource }
      : input;
  try {
    if (!variant.matches(celSubjectOf(input))) return none;
    if (body === undefined) return { kind: "response", response: failed(problem) };
    const start = startVariant(body, body.conditions, identity, shown);
    if (start.kind === "end") {
      return start.response.rule === "" ? none : { kind: "response", response: start.response };
    }
    if (existing.kind === "listed") return { kind: "listed", targets: existing };
    if (body.targets === undefined) return none;
    const result = start.session.evaluate(body.targets);
    if (result.kind === "error") return { kind: "response", response: failed(result.message) };
    return objectsOf(jsonOf(result.value));
  } catch (error) {
    if (error instanceof Suspension) return { kind: "pending", requests: error.requests };
    return { kind: "response", response: failed(messageOf(error)) };
  }
}

function objectsOf(value: Json): TriggerTargets {
  if (value === null) return none;
  if (!isObject(value)) {
    return {
      kind: "response",
      response: failed("the target expression gives neither an object nor a list of them"),
    };
  }
  const items = own(value, "items");
  if (isList(items)) return { kind: "objects", objects: items.filter((item) => isObject(item)) };
  return Object.keys(value).length === 0 ? none : { kind: "objects", objects: [value] };
}

function messageOf(error: unknown): string {
  if (error instanceof MatchError || error instanceof CelError) return error.message;
  return `internal error: ${error instanceof Error ? error.message : String(error)}`;
}

/**
 * Changes an existing object: all variants in turn, each under the policy's target conditions. `input` holds the target with
 * the operation UPDATE; `trigger`, where there is one, is what `request` is about. A policy of a namespace changes nothing
 * outside it. Never throws.
 */
export function mutateTarget(
  { identity, variants }: CompiledMutatingPolicy,
  input: EvaluationInput,
  trigger?: EvaluationInput,
): ObjectMutation {
  if (identity.namespace !== undefined && identity.namespace !== input.namespace) {
    return { kind: "completed", responses: [], object: input.resource };
  }
  return mutateInTurn(variants, input, (variant, current) =>
    runVariant(variant, ({ targetConditions }) => targetConditions, identity, current, trigger ?? current),
  );
}
