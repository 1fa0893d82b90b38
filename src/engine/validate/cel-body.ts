import type { Rule } from "#api/kyverno/rule.ts";
import type { CelValidation } from "#api/kyverno/cel.ts";

import { findParamObjects, missingAction } from "../admission-policy/param-source.ts";
import { BudgetExceeded } from "../budget.ts";
import { policyEnvironment } from "../cel/policy-environment.ts";
import { compileCel, maxExpressionCost } from "../cel/program.ts";
import type { CelProgram } from "../cel/program.ts";
import { QueryError } from "../errors.ts";
import type { JsonObject } from "../values/json.ts";
import { celActivation } from "./cel-activation.ts";
import type { CelActivation, CelRule } from "./cel-activation.ts";
import { celFailureMessage } from "./cel-message.ts";
import type { CelCheck } from "./cel-message.ts";
import type { RuleBody, RuleOutcome, RuleRun } from "./compiled-rule.ts";

/** What all expressions of one evaluation may cost together, as in the API server. */
const maxTotalCost = 10 * maxExpressionCost;

/**
 * Compiles `validate.cel` with its preconditions: the API server's admission expressions. Throws `QueryError` where an
 * expression cannot be compiled.
 */
export function compileCelBody(rule: Rule, cel: CelValidation): RuleBody {
  const preconditions = (rule.celPreconditions ?? []).map((condition) =>
    compileExpression(condition.expression, `celPreconditions[${condition.name}]`),
  );
  const variables = (cel.variables ?? []).map(
    ({ name, expression }) => [name, compileExpression(expression, `variables.${name}`)] as const,
  );
  const checks = (cel.expressions ?? []).map((check): CelCheck => ({
    program: compileExpression(check.expression, "expressions"),
    message: check.message ?? rule.validate?.message ?? "",
    messageProgram: isBlank(check.messageExpression)
      ? undefined
      : compileExpression(check.messageExpression ?? "", "messageExpression"),
  }));
  const programs = [
    ...preconditions,
    ...variables.map(([, program]) => program),
    ...checks.flatMap(({ program, messageProgram }) => [program, messageProgram ?? program]),
  ];
  const shared: CelRule = {
    variables: new Map(variables),
    readsNamespace: programs.some(({ text }) => /\bnamespaceObject\b(?!\.metadata\.name\b)/.test(text)),
    maxTotalCost,
  };
  const judgeUnder = (run: RuleRun, params: JsonObject | null): RuleOutcome | undefined => {
    const activation = celActivation(run, shared, params);
    const skipped = checkPreconditions(preconditions, activation);
    if (skipped !== undefined) return skipped;
    for (const check of checks) {
      const failed = judge(check, activation);
      if (failed !== undefined) return failed;
    }
    return undefined;
  };
  const { paramKind, paramRef = {} } = cel;
  const passed: RuleOutcome = { status: "pass", message: `Validation rule '${rule.name}' passed.` };
  return (run) => {
    const params = findParamObjects(paramKind, cel.paramRef, run.input, run.context.outside.scope);
    if (params === undefined) return judgeUnder(run, null) ?? passed;
    if (params.length === 0) {
      if (missingAction(paramRef) === "Allow") return passed;
      return { status: "error", message: "error in parameterized resource: no params found" };
    }
    // Each object of parameters is a run of its own; one that is skipped skips the rule.
    const outcomes = params.map((object) => judgeUnder(run, object));
    return outcomes.find((outcome) => outcome?.status === "skip") ?? outcomes.find(Boolean) ?? passed;
  };
}

function isBlank(text: string | undefined): boolean {
  return text === undefined || text.trim() === "";
}

function compileExpression(text: string, field: string): CelProgram {
  const compiled = compileCel(text, policyEnvironment);
  if (compiled.kind === "program") return compiled.program;
  throw new QueryError("syntax", `${field}: compilation failed: ${compiled.issue.message}`);
}

/** A condition that does not hold wins over errors of others. */
function checkPreconditions(
  preconditions: readonly CelProgram[],
  activation: CelActivation,
): RuleOutcome | undefined {
  const errors: string[] = [];
  for (const program of preconditions) {
    const result = evaluateWithin(program, activation);
    if (result.kind === "error") errors.push(result.message);
    else if (result.value !== true) return { status: "skip", message: "cel preconditions not met" };
  }
  if (errors.length === 0) return undefined;
  return { status: "fail", message: errors.length === 1 ? (errors[0] ?? "") : `[${errors.join(", ")}]` };
}

function judge(check: CelCheck, activation: CelActivation): RuleOutcome | undefined {
  const result = evaluateWithin(check.program, activation);
  if (result.kind === "error") return { status: "fail", message: result.message };
  if (result.value === true) return undefined;
  return { status: "fail", message: celFailureMessage(check, activation) };
}

/** A budget that is used up is an error of the expression, which fails the rule as any other. */
function evaluateWithin(
  program: CelProgram,
  activation: CelActivation,
): ReturnType<CelActivation["evaluate"]> {
  const shown = `expression '${program.text}' resulted in error: `;
  try {
    const result = activation.evaluate(program);
    return result.kind === "error" ? { ...result, message: shown + result.message } : result;
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return { kind: "error", message: shown + error.message, cost: 0 };
  }
}
