import type { ForEachValidation } from "#api/kyverno/validate.ts";
import type { Json } from "#engine/values/json.ts";

import type { CheckRun } from "./check-run.ts";
import { explainCel } from "./explain-cel.ts";
import { explainConditions } from "./explain-conditions.ts";
import { explainForEach } from "./explain-foreach.ts";
import { explainAnyPattern, explainPattern } from "./explain-pattern.ts";
import { explainPodSecurity } from "./explain-pod-security.ts";
import type { CheckExplanation } from "./explanation.ts";

/** What a rule checks, and what came of each part of it. May throw `BudgetExceeded` and a `Suspension`. */
export function explainValidation(run: CheckRun): CheckExplanation | undefined {
  const { validate } = run.rule;
  if (validate === undefined) return undefined;
  const other = (["manifests", "assert"] as const).find((part) => validate[part] !== undefined);
  if (validate.podSecurity !== undefined && other !== "manifests") {
    return explainPodSecurity(validate.podSecurity, run);
  }
  if (validate.cel !== undefined && other !== "manifests") return explainCel(validate.cel, run);
  const check = other === "manifests" ? undefined : explainParts(validate, "validate", run, 0);
  if (check !== undefined) return check;
  return { kind: "other", path: other === undefined ? "validate" : `validate.${other}` };
}

/** The parts that `validate` and the entries of its foreach have in common; the first that is there counts. */
function explainParts(
  parts: Pick<ForEachValidation, "deny" | "pattern" | "anyPattern"> & {
    readonly foreach?: readonly ForEachValidation[];
  },
  path: string,
  run: CheckRun,
  nesting: number,
): CheckExplanation | undefined {
  const { deny, pattern, anyPattern, foreach = [] } = parts;
  const { input, context } = run;
  if (deny !== undefined) {
    const at = `${path}.deny.conditions`;
    const conditions =
      deny.conditions === undefined || deny.conditions === null
        ? { holds: true, conditions: [] }
        : explainConditions(deny.conditions as Json, at, context);
    return { kind: "deny", path: at, conditions };
  }
  const value = run.element ?? (input.operation === "DELETE" ? undefined : input.resource);
  if (isPresent(pattern) || isPresent(anyPattern)) {
    if (value === undefined) return undefined;
    const subject = { value, input, context };
    return isPresent(pattern)
      ? explainPattern(pattern as Json, `${path}.pattern`, subject)
      : explainAnyPattern(anyPattern as Json, `${path}.anyPattern`, subject);
  }
  return foreach.length === 0
    ? undefined
    : explainForEach(foreach, { path: `${path}.foreach`, run, nesting, explainParts });
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}
