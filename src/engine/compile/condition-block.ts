import { decodeConditionBlock } from "#api/kyverno/conditions.ts";

import { compileConditions, evaluateConditions } from "../conditions/conditions.ts";
import { QueryError } from "../errors.ts";
import type { ConditionsTest } from "../validate/compiled-rule.ts";
import type { Json } from "../values/json.ts";
import { compileTemplate } from "../variables/template.ts";

/** Compiles preconditions or deny conditions; undefined where there are none. */
export function compileConditionBlock(block: unknown, field: string): ConditionsTest | undefined {
  if (!isPresent(block)) return undefined;
  const decoded = decodeConditionBlock(block);
  if (!decoded.ok) throw new QueryError("failed", `${field}: ${problemText(decoded.problems)}`);
  const compiled = compileConditions(block as Json, compileTemplate);
  return (context) => {
    const { met, messages } = evaluateConditions(compiled, context);
    return { holds: met, message: messages.join("; ") };
  };
}

/** Problems of a part of a policy in a line. */
export function problemText(
  problems: readonly { readonly path: string; readonly message: string }[],
): string {
  return problems.map(({ path, message }) => `${path}: ${message}`).join("; ");
}

/** False for what a policy leaves out, or writes as null. */
export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}
