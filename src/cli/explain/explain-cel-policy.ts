import type { MatchConstraints } from "#api/policies/match-constraints.ts";
import type { NamespacedValidatingPolicy, ValidatingPolicy } from "#api/policies/validating-policy.ts";
import { admissionBindings } from "#engine/admission-policy/admission-bindings.ts";
import { kyvernoBindings } from "#engine/cel-policy/cel-bindings.ts";
import { openCelSession } from "#engine/cel-policy/cel-session.ts";
import type { CelSessionOptions } from "#engine/cel-policy/cel-session.ts";
import { celSubjectOf } from "#engine/cel-policy/cel-subject.ts";
import { CelCompileError } from "#engine/cel-policy/compile-expression.ts";
import { autogenTargets } from "#engine/cel-policy/pod-controllers.ts";
import { rewriteSpec } from "#engine/cel-policy/rewrite-spec.ts";
import { policyScope } from "#engine/cel-policy/ruleless-response.ts";
import { compileTypedVariables } from "#engine/cel-policy/typed-variables.ts";
import type { CelEnvironment } from "#engine/cel/compile/environment.ts";
import { kindEnvironment } from "#engine/cel/environments/kind-environment.ts";
import type { CelKind } from "#engine/cel/environments/kind-environment.ts";
import { maxExpressionCost } from "#engine/cel/program.ts";
import { evaluate } from "#engine/evaluate.ts";
import type { EvaluationInput } from "#engine/input.ts";
import type { RuleResponse } from "#engine/response.ts";

import type { LoadedPolicy } from "../policies/decode-policy.ts";
import { explainExpression } from "./explain-cel.ts";
import { explainConstraints } from "./explain-constraints.ts";
import type { CelExplanation, CheckExplanation, RuleExplanation } from "./explanation.ts";
import { PendingData } from "./pending-data.ts";

/** What a policy of CEL expressions is for one set of kinds. */
interface CelVariant {
  readonly matchConstraints: MatchConstraints | undefined;
  readonly spec: CelSpec;
}

/** The expressions of a policy. */
export interface CelSpec extends Pick<
  ValidatingPolicy["spec"],
  "matchConditions" | "validations" | "variables"
> {
  readonly conditions?: ValidatingPolicy["spec"]["matchConditions"];
}

/** Why a policy that judges as a whole says what it says. May throw a `Suspension` or `PendingData`. */
export function explainCelPolicy(policy: LoadedPolicy, input: EvaluationInput): readonly RuleExplanation[] {
  const { compiled, source } = policy;
  const evaluation = evaluate(compiled, input);
  if (evaluation.kind === "pending") throw new PendingData({ requests: evaluation.requests });
  const { responses } = evaluation;
  switch (source.kind) {
    case "ValidatingPolicy":
    case "NamespacedValidatingPolicy":
      return explainVariants(policy, variantsOf(source), responses, input);
    case "ValidatingAdmissionPolicy": {
      const variant = { matchConstraints: source.spec.matchConstraints, spec: source.spec };
      return explainVariants(policy, [variant], responses, input);
    }
    default:
      return responses.map((response) => answered(policy, response, { kind: "other", path: "spec" }));
  }
}

function variantsOf({ spec }: ValidatingPolicy | NamespacedValidatingPolicy): readonly CelVariant[] {
  return [
    { matchConstraints: spec.matchConstraints, spec },
    ...autogenTargets(spec).map(({ templatePath, matchConstraints }) => ({
      matchConstraints,
      spec: rewriteSpec(spec, templatePath),
    })),
  ];
}

/** Each variant that takes the object has answered, in their order; where none does, the first tells why. */
function explainVariants(
  policy: LoadedPolicy,
  variants: readonly CelVariant[],
  responses: readonly RuleResponse[],
  input: EvaluationInput,
): readonly RuleExplanation[] {
  const { key, namespace } = policy.compiled.identity;
  const subject = celSubjectOf(input, policy.source.kind === "ValidatingAdmissionPolicy" ? "none" : "empty");
  const none = { policy: key, rule: "", type: "validate", verdict: "none", message: "" } as const;
  if (namespace !== undefined && input.namespace !== namespace && responses.length === 0) {
    return [{ ...none, note: `the policy is for its own namespace, which is ${namespace}` }];
  }
  const matched = variants.map((variant) => ({
    variant,
    match: explainConstraints(variant.matchConstraints, subject),
  }));
  if (responses.length === 0) {
    const [first] = matched;
    const note = matched.some(({ match }) => match.holds) ? { note: "no binding takes the object" } : {};
    return [{ ...none, ...(first === undefined ? {} : { match: first.match }), ...note }];
  }
  const taking = matched.filter(({ match }) => match.holds);
  return responses.map((response, index) => {
    const found = taking[index] ?? taking[0];
    if (found === undefined) return answered(policy, response, undefined);
    const check = explainSpec(policy, found.variant.spec, input);
    return { ...answered(policy, response, check), match: found.match };
  });
}

/** A response of a policy that has no rules. */
export function answered(
  { compiled }: LoadedPolicy,
  { rule, type, status, message, exceptions = [], properties }: RuleResponse,
  check: CheckExplanation | undefined,
): RuleExplanation {
  const { key, name } = compiled.identity;
  const binding = Object.hasOwn(properties, "binding") ? properties["binding"] : undefined;
  return {
    policy: key,
    rule: rule === name ? "" : rule,
    type,
    verdict: status,
    message,
    ...(binding === undefined ? {} : { note: `binding ${binding}` }),
    ...(exceptions.length === 0
      ? {}
      : { exceptions: exceptions.map((exception) => ({ exception, covers: true, controls: [] })) }),
    ...(check === undefined ? {} : { check }),
  };
}

/** Conditions and validations with their values and those of their parts. */
function explainSpec(policy: LoadedPolicy, spec: CelSpec, input: EvaluationInput): CheckExplanation {
  const { source } = policy;
  // Parameters depend on the binding.
  if (source.kind === "ValidatingAdmissionPolicy" && source.spec.paramKind !== undefined) {
    return { kind: "other", path: "spec.validations" };
  }
  const isAdmission = source.kind === "ValidatingAdmissionPolicy";
  return explainExpressions(policy, spec, input, {
    kind: isAdmission ? "ValidatingAdmissionPolicy" : "ValidatingPolicy",
    path: "spec.validations",
  });
}

/** Of which kind the expressions of a policy are, and which of them are explained. */
export interface ExpressionPlace {
  readonly kind: CelKind;
  readonly path: string;
}

/** The expressions of a policy with their values and those of their parts. */
export function explainExpressions(
  { compiled }: LoadedPolicy,
  spec: CelSpec,
  input: EvaluationInput,
  { kind, path }: ExpressionPlace,
): CelExplanation {
  const scope = policyScope(compiled.identity);
  const base = kindEnvironment(kind, compiled.identity.namespace !== undefined);
  const variables = variablesOf(spec, base);
  const options: CelSessionOptions = {
    clock: { nowMs: input.nowMs, seed: input.seed },
    bind: kind.endsWith("AdmissionPolicy")
      ? admissionBindings(input, scope, null)
      : kyvernoBindings(input, scope),
    outside: { source: input.context, scope },
    maxTotalCost: 100 * maxExpressionCost,
    ...("problem" in variables ? {} : { variables: variables.programs }),
  };
  const session = openCelSession(options);
  const explain = (field: string, expression: string, environment: CelEnvironment) =>
    explainExpression(field, expression, { environment, evaluate: (program) => session.evaluate(program) });
  const environment = "problem" in variables ? base : variables.environment;
  const expressions: CelExplanation["expressions"] = [
    ...(spec.matchConditions ?? []).map(({ expression }, index) =>
      explain(`matchConditions[${index}]`, expression, base),
    ),
    ...(spec.conditions ?? []).map(({ expression }, index) =>
      explain(`conditions[${index}]`, expression, environment),
    ),
    ...(spec.validations ?? []).map(({ expression }, index) =>
      explain(`validations[${index}]`, expression, environment),
    ),
  ];
  return { kind: "cel", path, expressions };
}

function variablesOf(
  { variables }: CelSpec,
  base: CelEnvironment,
): ReturnType<typeof compileTypedVariables> | { readonly problem: string } {
  try {
    return compileTypedVariables(variables, base);
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return { problem: error.message };
  }
}
