import type { ParamKind } from "#api/admissionregistration/binding-blocks.ts";

import { openCelSession } from "../cel-policy/cel-session.ts";
import type { CelSession } from "../cel-policy/cel-session.ts";
import { celSubjectOf } from "../cel-policy/cel-subject.ts";
import { MatchError } from "../cel-policy/match-constraints.ts";
import { policyScope, ruleless } from "../cel-policy/ruleless-response.ts";
import { runJudgement } from "../cel-policy/run-judgement.ts";
import type { CelProgram, CelResult } from "../cel/program.ts";
import { maxExpressionCost } from "../cel/program.ts";
import type { PolicyIdentity } from "../compiled-policy.ts";
import { QueryError } from "../errors.ts";
import type { Evaluation } from "../evaluation.ts";
import type { EvaluationInput } from "../input.ts";
import type { RuleResponse, RuleStatus } from "../response.ts";
import { admissionBindings } from "./admission-bindings.ts";
import type { AdmissionReach, ReachingBinding } from "./admission-reach.ts";
import type { AdmissionBody, AdmissionCheck } from "./compile-admission-policy.ts";
import { findParams } from "./param-source.ts";

/** What all expressions of a policy may cost together, as in the API server. */
const maxTotalCost = 10 * maxExpressionCost;
const maxMessageBytes = 5 * 1024;

/** What an admission policy judges by. */
export interface AdmissionJudge {
  readonly identity: PolicyIdentity;
  readonly reach: AdmissionReach;
  readonly body: AdmissionBody | { readonly problem: string };
  readonly paramKind: ParamKind | undefined;
}

/** What the policy says of an object under the binding that takes it. */
export function judgeByBindings(judge: AdmissionJudge): (input: EvaluationInput) => Evaluation {
  const respond = ruleless("validate");
  const { name } = judge.identity;
  return (input) => {
    if (input.mode === "json") return { kind: "completed", responses: [] };
    return runJudgement(
      [
        () => {
          const binding = judge.reach(celSubjectOf(input, "none"));
          return binding === undefined ? undefined : judgeUnder(binding, judge, input);
        },
      ],
      (error) =>
        error instanceof MatchError || error instanceof QueryError
          ? respond(name, "error", error.message)
          : undefined,
      respond,
    );
  };
}

function judgeUnder(
  binding: ReachingBinding,
  { identity, body, paramKind }: AdmissionJudge,
  input: EvaluationInput,
): RuleResponse | undefined {
  const properties = binding.name === undefined ? {} : { binding: binding.name };
  const respond = (status: RuleStatus, message: string) =>
    ruleless("validate")(identity.name, status, message, properties);
  if ("problem" in body) return respond("error", `failed to compile policy: ${body.problem}`);
  const scope = policyScope(identity);
  const params = findParams(paramKind, binding.paramRef, input, scope);
  // Under a binding that allows that, an object without parameters is not judged at all.
  if (params.kind === "missing") {
    return params.action === "Deny" ? respond("error", "no params found") : undefined;
  }
  const session = openCelSession({
    clock: { nowMs: input.nowMs, seed: input.seed },
    bind: admissionBindings(input, scope, params.kind === "object" ? params.object : null),
    variables: body.variables,
    variableError: (name, message) =>
      `composited variable ${JSON.stringify(name)} fails to evaluate: ${message}`,
    maxTotalCost,
  });
  const verdict = judgeBody(body, session);
  return respond(verdict.status, verdict.message);
}

interface BodyVerdict {
  readonly status: RuleStatus;
  readonly message: string;
}

/** Conditions, then checks up to the first that does not hold. */
function judgeBody(body: AdmissionBody, session: CelSession): BodyVerdict {
  const errors: string[] = [];
  for (const { program } of body.conditions) {
    const result = named(program, session.evaluate(program));
    if (result.kind === "error") errors.push(result.message);
    else if (result.value !== true) return notMet;
  }
  if (errors.length > 0) {
    if (body.onConditionError === "notMet") return notMet;
    return { status: "error", message: errors.length === 1 ? (errors[0] ?? "") : `[${errors.join(", ")}]` };
  }
  for (const check of body.checks) {
    const result = named(check.program, session.evaluate(check.program));
    if (result.kind === "error") return { status: "error", message: result.message };
    if (result.value !== true) return { status: "fail", message: messageOf(check, session) };
  }
  return { status: "pass", message: "" };
}

const notMet: BodyVerdict = { status: "skip", message: "match conditions aren't met" };

/** An error with the expression that it is of. */
function named({ text }: CelProgram, result: CelResult): CelResult {
  return result.kind === "error"
    ? { ...result, message: `expression '${text}' resulted in error: ${result.message}` }
    : result;
}

/** The computed message where it is one line of text, else the fixed one, else the expression. */
function messageOf({ program, message, messageProgram }: AdmissionCheck, session: CelSession): string {
  return (
    computedMessage(messageProgram, session) || message.trim() || `failed expression: ${program.text.trim()}`
  );
}

function computedMessage(program: CelProgram | undefined, session: CelSession): string {
  if (program === undefined) return "";
  const result = session.evaluate(program);
  if (result.kind !== "value" || typeof result.value !== "string") return "";
  const message = result.value.trim();
  return message.length > maxMessageBytes || message.includes("\n") ? "" : message;
}
