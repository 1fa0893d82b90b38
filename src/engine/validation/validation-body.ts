import type { Rule } from "#api/kyverno/rule.ts";
import type { ForEachValidation, Validation } from "#api/kyverno/validate.ts";

import { reportPattern } from "./pattern.ts";
import { isFilled, isSet } from "./report.ts";
import type { Report } from "./report.ts";

/** Reports what is wrong with the body of a validate rule. */
export function reportValidation(rule: Rule, path: string, report: Report): void {
  const { validate } = rule;
  if (validate === undefined) return;
  const at = `${path}.validate`;
  const bodies = countBodies(validate);
  if (bodies === 0) report(at, "one of pattern, anyPattern, deny, foreach, cel must be specified");
  if (bodies > 1) report(at, "only one of pattern, anyPattern, deny, foreach, cel can be specified");
  reportPattern(validate.pattern, `${at}.pattern`, report);
  if (isSet(validate.anyPattern)) reportAnyPattern(validate.anyPattern, `${at}.anyPattern`, report);
  for (const [index, entry] of (validate.foreach ?? []).entries()) {
    reportForEach(entry, `${at}.foreach[${index}]`, report);
  }
  if (rule.celPreconditions !== undefined && validate.cel === undefined) {
    report(`${path}.celPreconditions`, "celPrecondition can only be used with validate.cel");
  }
  if (validate.cel !== undefined) reportCel(validate.cel, `${at}.cel`, report);
}

function countBodies(validate: Validation): number {
  const { pattern, anyPattern, deny, foreach, podSecurity, cel, manifests } = validate;
  const attestors = manifests?.attestors ?? [];
  return [
    pattern,
    anyPattern,
    deny,
    foreach,
    podSecurity,
    cel,
    attestors.length > 0 ? attestors : undefined,
  ].filter(isSet).length;
}

function reportAnyPattern(anyPattern: unknown, path: string, report: Report): void {
  if (!Array.isArray(anyPattern)) {
    report(path, "failed to deserialize anyPattern, expect array");
    return;
  }
  for (const [index, pattern] of (anyPattern as readonly unknown[]).entries()) {
    reportPattern(pattern, `${path}[${index}]`, report);
  }
}

function reportForEach(entry: ForEachValidation, path: string, report: Report): void {
  if ((entry.list ?? "") === "") report(`${path}.list`, "foreach.list is required");
  const nested = isFilled(entry.foreach) ? entry.foreach : undefined;
  const bodies = [entry.pattern, entry.anyPattern, entry.deny, nested].filter(isSet).length;
  if (bodies === 0) {
    report(path, "one of pattern, anyPattern, deny, or a nested foreach must be specified");
  }
  if (bodies > 1) {
    report(path, "only one of pattern, anyPattern, deny, or a nested foreach can be specified");
  }
}

function reportCel(cel: NonNullable<Validation["cel"]>, path: string, report: Report): void {
  for (const [index, { expression }] of (cel.expressions ?? []).entries()) {
    if (expression === "") {
      report(`${path}.expressions[${index}].expression`, "cel.expressions.expression is required");
    }
  }
  const { paramKind, paramRef } = cel;
  if (paramKind !== undefined && paramRef === undefined) report(path, "cel.paramRef is required");
  if (paramRef === undefined) return;
  if (paramKind === undefined) report(path, "cel.paramKind is required");
  if (((paramRef.name ?? "") !== "") === isSet(paramRef.selector)) {
    report(`${path}.paramRef`, "one of cel.paramRef.name or cel.paramRef.selector must be set");
  }
  if (paramRef.parameterNotFoundAction === undefined) {
    report(`${path}.paramRef.parameterNotFoundAction`, "cel.paramRef.parameterNotFoundAction is required");
  }
}
