import { decodeConditionBlock } from "#api/kyverno/conditions.ts";
import type { ConditionBlock, PolicyCondition } from "#api/kyverno/conditions.ts";
import type { Rule } from "#api/kyverno/rule.ts";
import { decodeForEachValidations } from "#api/kyverno/validate.ts";
import type { ForEachValidation } from "#api/kyverno/validate.ts";

import { isSet } from "./report.ts";
import type { Report } from "./report.ts";

const operators = [
  "AllIn",
  "AllNotIn",
  "AnyIn",
  "AnyNotIn",
  "DurationGreaterThan",
  "DurationGreaterThanOrEquals",
  "DurationLessThan",
  "DurationLessThanOrEquals",
  "Equal",
  "Equals",
  "GreaterThan",
  "GreaterThanOrEquals",
  "In",
  "LessThan",
  "LessThanOrEquals",
  "NotEqual",
  "NotEquals",
  "NotIn",
] as const;
const knownOperators: ReadonlySet<string> = new Set(operators);
const operations = ["CREATE", "UPDATE", "DELETE", "CONNECT"] as const;
const knownOperations: ReadonlySet<string> = new Set(operations);

/** Reports conditions of a rule that cannot be evaluated or never hold. */
export function reportConditionsOfRule(rule: Rule, path: string, report: Report): void {
  reportBlock(rule.preconditions, `${path}.preconditions`, true, report);
  reportBlock(rule.validate?.deny?.conditions, `${path}.validate.deny.conditions`, true, report);
  for (const [index, entry] of (rule.validate?.foreach ?? []).entries()) {
    reportForEach(entry, `${path}.validate.foreach[${index}]`, report);
  }
  for (const [index, entry] of (rule.mutate?.foreach ?? []).entries()) {
    reportBlock(entry.preconditions, `${path}.mutate.foreach[${index}].preconditions`, false, report);
  }
  for (const [index, image] of (rule.verifyImages ?? []).entries()) {
    const at = `${path}.verifyImages[${index}]`;
    reportBlock(image.validate?.deny?.conditions, `${at}.validate.deny.conditions`, true, report);
    for (const [number, { conditions = [] }] of (image.attestations ?? []).entries()) {
      for (const [block, one] of conditions.entries()) {
        reportBlock(one, `${at}.attestations[${number}].conditions[${block}]`, false, report);
      }
    }
  }
}

function reportForEach(entry: ForEachValidation, path: string, report: Report): void {
  reportBlock(entry.preconditions, `${path}.preconditions`, false, report);
  reportBlock(entry.deny?.conditions, `${path}.deny.conditions`, false, report);
  if (!isSet(entry.foreach)) return;
  const nested = decodeForEachValidations(entry.foreach);
  if (!nested.ok) {
    for (const problem of nested.problems) report(`${path}.foreach${problem.path}`, problem.message);
    return;
  }
  for (const [index, inner] of nested.value.entries()) {
    reportForEach(inner, `${path}.foreach[${index}]`, report);
  }
}

/** `complete`: key and value must be there, and values of `request.operation` must be operations. */
function reportBlock(block: unknown, path: string, complete: boolean, report: Report): void {
  if (!isSet(block)) return;
  const decoded = decodeConditionBlock(block);
  if (!decoded.ok) {
    for (const problem of decoded.problems) report(joinPath(path, problem.path), problem.message);
    return;
  }
  for (const [condition, at] of conditionsIn(decoded.value, path)) {
    if (complete) reportCompleteness(condition, at, report);
    const { operator = "" } = condition;
    if (operator !== "" && !knownOperators.has(operator)) {
      const valid = operators.map((name) => `"${name}"`).join(" ");
      report(`${at}.operator`, `entered value of \`operator\` is invalid. valid values: [${valid}]`);
    }
  }
}

function joinPath(path: string, inner: string): string {
  return inner === "" || inner.startsWith("[") ? `${path}${inner}` : `${path}.${inner}`;
}

function conditionsIn(
  block: ConditionBlock,
  path: string,
): readonly (readonly [condition: PolicyCondition, path: string])[] {
  if (isPlainList(block)) {
    return block.map((condition, index) => [condition, `${path}[${index}]`] as const);
  }
  return (["any", "all"] as const).flatMap((name) =>
    (block[name] ?? []).map((condition, index) => [condition, `${path}.${name}[${index}]`] as const),
  );
}

function isPlainList(block: ConditionBlock): block is readonly PolicyCondition[] {
  return Array.isArray(block);
}

function reportCompleteness(condition: PolicyCondition, path: string, report: Report): void {
  const { key, value, operator = "" } = condition;
  if (!isSet(key) || !isSet(value) || operator === "") {
    report(path, "entered value of `key`, `value` or `operator` is missing or misspelled");
    return;
  }
  if (typeof key === "string" && key.replaceAll(" ", "") === "{{request.operation}}") {
    reportOperations(value, `${path}.value`, report);
  }
}

function reportOperations(value: unknown, path: string, report: Report): void {
  if (typeof value === "string") {
    const isVariable = value.startsWith("{{") && value.endsWith("}}");
    if (!isVariable && !knownOperations.has(value)) report(path, unknownOperation(value));
    return;
  }
  if (!Array.isArray(value)) {
    report(path, "values of request.operation are expected to be either in the form of a string or list");
    return;
  }
  for (const [index, item] of (value as readonly unknown[]).entries()) {
    if (typeof item !== "string") {
      report(
        `${path}[${index}]`,
        `'value[${index}]' is no string. The provided values are expected to be strings`,
      );
    } else if (!knownOperations.has(item)) {
      report(`${path}[${index}]`, unknownOperation(item));
    }
  }
}

function unknownOperation(value: string): string {
  return `unknown value '${value}' found under the 'value' field. Only the following values are allowed: [${operations.join(", ")}]`;
}
