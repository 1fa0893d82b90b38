import type { CelValidation } from "#api/kyverno/cel.ts";
import { BudgetExceeded } from "#engine/budget.ts";
import { policyEnvironment } from "#engine/cel/policy-environment.ts";
import { compileCel, maxExpressionCost } from "#engine/cel/program.ts";
import type { CelProgram } from "#engine/cel/program.ts";
import { parse } from "#engine/cel/syntax/parser.ts";
import { QueryError } from "#engine/errors.ts";
import { celActivation } from "#engine/validate/cel-activation.ts";

import { celJson } from "./cel-json.ts";
import { celParts } from "./cel-parts.ts";
import type { CelPlace } from "./cel-parts.ts";
import type { CheckRun } from "./check-run.ts";
import type { CheckExplanation, ExpressionExplanation } from "./explanation.ts";

/** Explaining evaluates the parts of an expression over again. */
const maxTotalCost = 100 * maxExpressionCost;

/** Each expression of `validate.cel` and of `celPreconditions` with its value and those of its parts. */
export function explainCel(cel: CelValidation, run: CheckRun): CheckExplanation {
  const variables = new Map(
    (cel.variables ?? []).flatMap(({ name, expression }): (readonly [string, CelProgram])[] => {
      const compiled = compileCel(expression, policyEnvironment);
      return compiled.kind === "program" ? [[name, compiled.program]] : [];
    }),
  );
  const activation = celActivation(run, { variables, readsNamespace: true, maxTotalCost });
  const evaluate: CelPlace["evaluate"] = (program) => {
    try {
      return activation.evaluate(program);
    } catch (error) {
      if (!(error instanceof BudgetExceeded || error instanceof QueryError)) throw error;
      return { kind: "error", message: error.message, cost: 0 };
    }
  };
  const place = { environment: policyEnvironment, evaluate };
  const preconditions = (run.rule.celPreconditions ?? []).map(({ expression }, index) =>
    explainExpression(`celPreconditions[${index}]`, expression, place),
  );
  const checks = (cel.expressions ?? []).map(({ expression }, index) =>
    explainExpression(`validate.cel.expressions[${index}]`, expression, place),
  );
  return { kind: "cel", path: "validate.cel.expressions", expressions: [...preconditions, ...checks] };
}

/** An expression with its value and those of its parts. */
export function explainExpression(path: string, expression: string, place: CelPlace): ExpressionExplanation {
  const text = expression.trim();
  const compiled = compileCel(expression, place.environment);
  if (compiled.kind === "failed") return { path, expression: text, error: compiled.issue.reason, parts: [] };
  const result = place.evaluate(compiled.program);
  const value = result.kind === "value" ? { value: celJson(result.value) } : { error: result.message };
  return { path, expression: text, ...value, parts: celParts(parse(expression), place) };
}
