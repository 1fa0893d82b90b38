import { evaluateAnnotations } from "../cel-policy/audit-annotations.ts";
import { kyvernoBindings, nothingAllowed } from "../cel-policy/cel-bindings.ts";
import { noCelExceptions } from "../cel-policy/cel-exception-source.ts";
import { openCelSession } from "../cel-policy/cel-session.ts";
import type { CelSession } from "../cel-policy/cel-session.ts";
import { celSubjectOf } from "../cel-policy/cel-subject.ts";
import type { CelSubject } from "../cel-policy/cel-subject.ts";
import { evaluateChecks } from "../cel-policy/checks.ts";
import { findExemption } from "../cel-policy/exemption.ts";
import { MatchError } from "../cel-policy/match-constraints.ts";
import { evaluateConditions } from "../cel-policy/match-conditions.ts";
import { policyScope, ruleless } from "../cel-policy/ruleless-response.ts";
import { runJudgement } from "../cel-policy/run-judgement.ts";
import type { PolicyIdentity } from "../compiled-policy.ts";
import type { Evaluation } from "../evaluation.ts";
import type { EvaluationInput } from "../input.ts";
import type { RuleResponse } from "../response.ts";
import type { ValidatingVariant, VariantBody } from "./compile-variant.ts";

const respond = ruleless("validate");

/** What the variants of a policy say of an object; each whose constraints take it says something. */
export function judgeByVariants(
  identity: PolicyIdentity,
  variants: readonly ValidatingVariant[],
  mode: "json" | undefined,
): (input: EvaluationInput) => Evaluation {
  return (input) => {
    if (input.mode !== mode) return { kind: "completed", responses: [] };
    let subject: CelSubject | undefined;
    return runJudgement(
      variants.map((variant) => () => {
        if (mode === undefined && !variant.matches((subject ??= celSubjectOf(input)))) return undefined;
        return judgeBy(variant, identity, input);
      }),
      (error) =>
        error instanceof MatchError
          ? respond("match", "error", `failed to execute matching: ${error.message}`)
          : undefined,
      respond,
    );
  };
}

function judgeBy(
  { body, problem = "" }: ValidatingVariant,
  identity: PolicyIdentity,
  input: EvaluationInput,
): RuleResponse {
  if (body === undefined) return respond("evaluation", "error", `failed to compile policy: ${problem}`);
  let allowed = nothingAllowed;
  const scope = policyScope(identity);
  const shared = {
    clock: { nowMs: input.nowMs, seed: input.seed },
    bind: kyvernoBindings(input, scope, () => allowed),
    outside: { source: input.context, scope },
  };
  const notLoaded = (message: string) => respond("evaluation", "error", `failed to load context: ${message}`);

  const conditions = openCelSession(shared);
  const exceptions = (input.celExceptions ?? noCelExceptions).find(identity.kind, identity.name);
  const exemption = findExemption(exceptions, conditions, {
    environment: body.environment,
    nowMs: input.nowMs,
    onError: body.onConditionError,
  });
  if (exemption.kind === "error") return notLoaded(exemption.message);
  if (exemption.kind === "exempt") {
    return { ...respond("exception", exemption.status, exemption.message), exceptions: exemption.exceptions };
  }
  allowed = exemption.allowed;
  const met = evaluateConditions(body.conditions, conditions, body.onConditionError);
  if (met.kind === "error") return notLoaded(met.message);
  if (met.kind === "notMet") return respond("", "skip", "skip");
  return validate(body, openCelSession({ ...shared, variables: body.variables }), notLoaded);
}

function validate(
  { validations, annotations }: VariantBody,
  session: CelSession,
  notLoaded: (message: string) => RuleResponse,
): RuleResponse {
  const result = evaluateChecks(validations, session);
  if (result.kind !== "held") {
    const place = { "cel.validationIndex": String(result.index) };
    if (result.kind === "error") return respond("", "error", `error: ${result.message}`, place);
    const audited = evaluateAnnotations(annotations, session);
    return audited.kind === "error"
      ? respond("", "error", `error: ${audited.message}`, place)
      : respond("", "fail", result.message, { ...place, ...audited.properties });
  }
  const audited = evaluateAnnotations(annotations, session);
  return audited.kind === "error"
    ? notLoaded(audited.message)
    : respond("", "pass", "success", audited.properties);
}
