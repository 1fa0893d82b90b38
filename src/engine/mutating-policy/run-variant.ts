import { evaluateAnnotations } from "../cel-policy/audit-annotations.ts";
import { admissionRequest, kyvernoBindings, nothingAllowed } from "../cel-policy/cel-bindings.ts";
import { noCelExceptions } from "../cel-policy/cel-exception-source.ts";
import { openCelSession } from "../cel-policy/cel-session.ts";
import type { CelSession } from "../cel-policy/cel-session.ts";
import { findExemption } from "../cel-policy/exemption.ts";
import { evaluateConditions } from "../cel-policy/match-conditions.ts";
import type { CompiledCondition } from "../cel-policy/match-conditions.ts";
import { policyScope, ruleless } from "../cel-policy/ruleless-response.ts";
import { kindEnvironment } from "../cel/environments/kind-environment.ts";
import type { CelValue } from "../cel/values/cel-value.ts";
import type { PolicyIdentity } from "../compiled-policy.ts";
import type { EvaluationInput } from "../input.ts";
import type { RuleResponse } from "../response.ts";
import type { JsonObject } from "../values/json.ts";
import { clusterTypes } from "./cluster-types.ts";
import type { MutatingBody, MutatingVariant } from "./compile-mutating-variant.ts";
import { runSteps } from "./mutation-steps.ts";

export const respond = ruleless("mutate");

/** What a variant says of an object, and what it makes of it: the object itself where it changes nothing. */
export interface VariantOutcome {
  readonly response: RuleResponse;
  readonly object: JsonObject;
}

/** The part of an evaluation that comes before any change. */
export type VariantStart =
  | { readonly kind: "go"; readonly session: CelSession; readonly show: (object: JsonObject) => void }
  | { readonly kind: "end"; readonly response: RuleResponse };

export function failed(message: string): RuleResponse {
  return respond("evaluation", "error", `failed to evaluate policy: ${message}`);
}

/**
 * Opens the evaluation of an object: exceptions, then conditions, which see the policy's variables. `show` says what
 * `object` is from there on; a variable that has a value keeps it. `trigger` is what the request is about where that is not
 * the object. Throws a `Suspension`.
 */
export function startVariant(
  body: MutatingBody,
  conditions: readonly CompiledCondition[],
  identity: PolicyIdentity,
  input: EvaluationInput,
  trigger: EvaluationInput = input,
): VariantStart {
  let allowed = nothingAllowed;
  let current = input.resource;
  const scope = policyScope(identity);
  const others = kyvernoBindings(input, scope, () => allowed);
  let request: CelValue | undefined;
  const bind = (name: string): CelValue | undefined => {
    if (name === "object") return current;
    return name === "request" ? (request ??= requestOf(trigger, input)) : others(name);
  };
  const shared = {
    clock: { nowMs: input.nowMs, seed: input.seed },
    bind,
    outside: { source: input.context, scope },
  };
  const exceptions = (input.celExceptions ?? noCelExceptions).find(identity.kind, identity.name);
  const exemption = findExemption(exceptions, openCelSession(shared), {
    environment: kindEnvironment("MutatingPolicy", identity.namespace !== undefined),
    nowMs: input.nowMs,
    onError: "error",
  });
  if (exemption.kind === "error") return { kind: "end", response: failed(exemption.message) };
  if (exemption.kind === "exempt") {
    const response = respond("exception", exemption.status, exemption.message);
    return { kind: "end", response: { ...response, exceptions: exemption.exceptions } };
  }
  allowed = exemption.allowed;
  const session = openCelSession({ ...shared, variables: body.variables });
  const met = evaluateConditions(conditions, session);
  if (met.kind === "error") return { kind: "end", response: failed(met.message) };
  if (met.kind === "notMet") return { kind: "end", response: respond("", "skip", "skip") };
  return {
    kind: "go",
    session,
    show: (object) => {
      current = object;
    },
  };
}

/** The request of a trigger with the object that is changed; an object before it that is missing is an empty map. */
function requestOf(trigger: EvaluationInput, { resource, oldResource }: EvaluationInput): CelValue {
  return { ...admissionRequest(trigger), object: resource, oldObject: oldResource ?? {} };
}

/** Evaluates a variant on an object whose constraints take it. Throws a `Suspension`, `BudgetExceeded`. */
export function runVariant(
  { body, problem = "" }: MutatingVariant,
  conditionsOf: (body: MutatingBody) => readonly CompiledCondition[],
  identity: PolicyIdentity,
  input: EvaluationInput,
  trigger: EvaluationInput = input,
): VariantOutcome {
  const unchanged = (response: RuleResponse): VariantOutcome => ({ response, object: input.resource });
  if (body === undefined)
    return unchanged(respond("evaluation", "error", `failed to compile policy: ${problem}`));
  const start = startVariant(body, conditionsOf(body), identity, input, trigger);
  if (start.kind === "end") return unchanged(start.response);
  const { session, show } = start;
  const types = input.objectTypes ?? clusterTypes(input.context, policyScope(identity));
  const outcome = runSteps(body.mutations, input.resource, {
    session,
    show,
    input,
    typeOf: ({ apiVersion, kind }) =>
      typeof apiVersion === "string" && typeof kind === "string" ? types.find(apiVersion, kind) : undefined,
    replacesAtomic: body.replacesAtomic,
  });
  if (outcome.kind === "failed") return unchanged(failed(outcome.message));
  const audited = evaluateAnnotations(body.annotations, session);
  if (audited.kind === "error") return unchanged(failed(audited.message));
  return { response: respond("", "pass", "success", audited.properties), object: outcome.object };
}
