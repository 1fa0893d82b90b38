import type { Rule } from "#api/kyverno/rule.ts";

import type { PolicyProblem } from "../compiled-policy.ts";
import type { QueryCache } from "../context/query-cache.ts";
import { QueryError } from "../errors.ts";
import { scanVariables } from "../variables/variable-scan.ts";

/** Parts of a rule that decide nothing: what is wrong in a message shows there, and the verdict stands. */
const undecided: ReadonlySet<string> = new Set(["name", "match", "exclude", "message", "reportProperties"]);
/** CEL has no variables in braces. */
const otherLanguage: ReadonlySet<string> = new Set(["cel", "celPreconditions"]);
/** Documents of any shape: their fields mean nothing to a rule. */
const documents: ReadonlySet<string> = new Set([
  "pattern",
  "anyPattern",
  "data",
  "value",
  "default",
  "patchStrategicMerge",
  "patchesJson6902",
]);
/** Sources of context entries that take an expression without braces. */
const sources = ["variable", "apiCall", "globalReference", "imageRegistry"] as const;

/**
 * The expressions of a rule that are none, as problems of the rule. Those that are expressions are compiled into `queries`
 * for whoever evaluates the rule. What becomes an expression only with the values of variables is left out.
 */
export function expressionProblems(rule: Rule, queries: QueryCache): readonly PolicyProblem[] {
  const problems = new Map<string, PolicyProblem>();
  const check = (expression: string): void => {
    try {
      queries.get(expression);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      problems.set(expression, { rule: rule.name, message: error.message });
    }
  };
  visit(rule, false, check);
  return [...problems.values()];
}

type Check = (expression: string) => void;
type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `isDocument`: below a document of any shape only variables are looked for. */
function visit(value: unknown, isDocument: boolean, check: Check): void {
  if (typeof value === "string") return checkVariables(value, check);
  if (Array.isArray(value)) {
    for (const item of value) visit(item, isDocument, check);
    return;
  }
  if (!isFields(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (!isDocument && (undecided.has(key) || otherLanguage.has(key))) continue;
    checkVariables(key, check);
    if (!isDocument) checkFields(key, item, check);
    visit(item, isDocument || documents.has(key), check);
  }
}

function checkVariables(text: string, check: Check): void {
  if (!text.includes("{{")) return;
  for (const { expression } of scanVariables(text)) if (expression !== "@") check(expression);
}

/** The expressions without braces: lists of foreach, paths of context entries. */
function checkFields(key: string, value: unknown, check: Check): void {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  if (key === "foreach") {
    for (const item of items) if (isFields(item)) checkWhole(item["list"], check);
  }
  if (key === "context") {
    for (const item of items) if (isFields(item)) checkEntry(item, check);
  }
}

function checkEntry(entry: Fields, check: Check): void {
  for (const source of sources) {
    const fields = entry[source];
    if (isFields(fields)) checkWhole(fields["jmesPath"], check);
  }
}

function checkWhole(text: unknown, check: Check): void {
  if (typeof text === "string" && text.trim() !== "" && !text.includes("{{")) check(text);
}
