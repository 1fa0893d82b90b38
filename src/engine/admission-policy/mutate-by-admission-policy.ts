import { untypedDeduced } from "../apply-configuration/object-type.ts";
import { openCelSession } from "../cel-policy/cel-session.ts";
import { celSubjectOf } from "../cel-policy/cel-subject.ts";
import { MatchError } from "../cel-policy/match-constraints.ts";
import { evaluateConditions } from "../cel-policy/match-conditions.ts";
import { policyScope, ruleless } from "../cel-policy/ruleless-response.ts";
import { runJudgement } from "../cel-policy/run-judgement.ts";
import { maxExpressionCost } from "../cel/program.ts";
import { QueryError } from "../errors.ts";
import type { Evaluation } from "../evaluation.ts";
import type { EvaluationInput } from "../input.ts";
import type { ObjectMutation } from "../mutating-policy/mutate-by-policy.ts";
import { isChangedObject } from "../mutating-policy/judge-mutating-policy.ts";
import { runSteps } from "../mutating-policy/mutation-steps.ts";
import type { RuleResponse } from "../response.ts";
import type { JsonObject } from "../values/json.ts";
import { admissionBindings } from "./admission-bindings.ts";
import type { ReachingBinding } from "./admission-reach.ts";
import type { CompiledMutatingAdmissionPolicy } from "./compile-mutating-admission-policy.ts";
import { findParams } from "./param-source.ts";

/** What all expressions of a policy may cost together, as in the API server. */
const maxTotalCost = 10 * maxExpressionCost;

const respond = ruleless("mutate");

interface Outcome {
  readonly response: RuleResponse;
  readonly object: JsonObject;
  /** True where a condition cannot be evaluated, or a patch does not apply. */
  readonly isFailure?: true;
}

/**
 * Carries out a MutatingAdmissionPolicy on an object, under the binding that takes it. Never throws. As in Kyverno, objects
 * merge without a schema, so that lists are replaced, and of a condition that cannot be evaluated or a patch that does not
 * apply nothing is said.
 */
export function mutateByAdmissionPolicy(
  policy: CompiledMutatingAdmissionPolicy,
  input: EvaluationInput,
): ObjectMutation {
  return run(policy, input, ({ isFailure }) => isFailure !== true);
}

/**
 * What reports of a scan say of an object: whether the policy would still change it. What cannot be
 * evaluated or applied is an `error` here, where Kyverno says nothing at all: what could not be judged is not in order.
 */
export function judgeMutatingAdmissionPolicy(
  policy: CompiledMutatingAdmissionPolicy,
  input: EvaluationInput,
): Evaluation {
  const mutation = run(policy, input, () => true);
  if (mutation.kind === "pending") return mutation;
  const changed = isChangedObject(mutation.object, input);
  const responses = mutation.responses.map((response): RuleResponse => {
    if (response.status !== "pass" || changed === false) return response;
    return typeof changed === "string"
      ? { ...response, status: "error", message: changed }
      : { ...response, status: "fail", message: "mutation is not applied" };
  });
  return { kind: "completed", responses };
}

function run(
  policy: CompiledMutatingAdmissionPolicy,
  input: EvaluationInput,
  isShown: (outcome: Outcome) => boolean,
): ObjectMutation {
  const { name } = policy.identity;
  let object = input.resource;
  const evaluation = runJudgement(
    [
      () => {
        if (input.mode === "json") return undefined;
        const binding = policy.reach(celSubjectOf(input, "none"));
        const outcome = binding === undefined ? undefined : mutateUnder(binding, policy, input);
        if (outcome === undefined || !isShown(outcome)) return undefined;
        ({ object } = outcome);
        return outcome.response;
      },
    ],
    (error) =>
      error instanceof MatchError || error instanceof QueryError
        ? respond(name, "error", error.message)
        : undefined,
    respond,
  );
  return evaluation.kind === "pending" ? evaluation : { ...evaluation, object };
}

function mutateUnder(
  binding: ReachingBinding,
  { identity, body, problem = "", paramKind }: CompiledMutatingAdmissionPolicy,
  input: EvaluationInput,
): Outcome | undefined {
  const properties = binding.name === undefined ? {} : { mapBinding: binding.name };
  const unchanged = (status: "error" | "skip", message: string): Outcome => ({
    response: respond(identity.name, status, message, properties),
    object: input.resource,
  });
  if (body === undefined) return unchanged("error", `failed to compile policy: ${problem}`);
  const scope = policyScope(identity);
  const params = findParams(paramKind, binding.paramRef, input, scope);
  if (params.kind === "missing") {
    return params.action === "Deny" ? unchanged("error", "no params found") : undefined;
  }
  let current = input.resource;
  const others = admissionBindings(input, scope, params.kind === "object" ? params.object : null);
  const session = openCelSession({
    clock: { nowMs: input.nowMs, seed: input.seed },
    bind: (name) => (name === "object" && input.operation !== "DELETE" ? current : others(name)),
    variables: body.variables,
    variableError: (name, message) =>
      `composited variable ${JSON.stringify(name)} fails to evaluate: ${message}`,
    maxTotalCost,
  });
  const met = evaluateConditions(body.conditions, session, body.onConditionError);
  if (met.kind === "error") return { ...unchanged("error", met.message), isFailure: true };
  if (met.kind === "notMet") return unchanged("skip", "match conditions aren't met");
  const outcome = runSteps(body.mutations, input.resource, {
    session,
    show: (object) => {
      current = object;
    },
    input,
    typeOf: () => untypedDeduced,
    replacesAtomic: false,
  });
  if (outcome.kind === "failed") return { ...unchanged("error", outcome.message), isFailure: true };
  const response = respond(identity.name, "pass", "mutation is successfully applied", properties);
  return { response, object: outcome.object };
}
