import { Budget, defaultBudgetLimits } from "#engine/budget.ts";
import { QueryError } from "#engine/errors.ts";
import { compileQuery, search } from "#engine/jmespath/query.ts";
import type { Json } from "#engine/values/json.ts";
import type { Bindings } from "./scenario.ts";

/**
 * Where an object differs from what is expected of it, as paths with both values; empty where it does not. Maps are
 * expected in part, lists in full and by position; a key in parentheses is an expression over the object at hand, and a
 * value in parentheses is computed.
 */
export const differences = (
  expected: unknown,
  actual: unknown,
  bindings: Bindings,
  path = "",
): readonly string[] => {
  const wanted = typeof expected === "string" ? computed(expected, actual, bindings) : expected;
  if (Array.isArray(wanted)) {
    if (!Array.isArray(actual)) return [`${path}: a list is expected, found ${shown(actual)}`];
    if (actual.length !== wanted.length)
      return [`${path}: ${wanted.length} items are expected, found ${actual.length}`];
    return wanted.flatMap((item, index) => differences(item, actual[index], bindings, `${path}[${index}]`));
  }
  if (typeof wanted === "object" && wanted !== null) {
    return Object.entries(wanted).flatMap(([key, value]) => {
      const expression = /^\((.*)\)$/s.exec(key)?.[1];
      if (expression !== undefined)
        return expressionDifferences(expression, value, actual, bindings, `${path}.${key}`);
      if (typeof actual !== "object" || actual === null || Array.isArray(actual)) {
        return [`${path}: a map is expected, found ${shown(actual)}`];
      }
      if (!Object.hasOwn(actual, key))
        return value === null ? [] : [`${path}.${key}: missing, expected ${shown(value)}`];
      return differences(
        value,
        (actual as Readonly<Record<string, unknown>>)[key],
        bindings,
        `${path}.${key}`,
      );
    });
  }
  return isSame(wanted, actual) ? [] : [`${path}: expected ${shown(wanted)}, found ${shown(actual)}`];
};

const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === "number" && Number(b) === a && typeof b === "number");

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};

const expressionDifferences = (
  expression: string,
  expected: unknown,
  actual: unknown,
  bindings: Bindings,
  path: string,
): readonly string[] => {
  try {
    return differences(expected, evaluate(expression, actual, bindings), bindings, path);
  } catch (error) {
    return [`${path}: ${String(error)}`];
  }
};

const computed = (text: string, actual: unknown, bindings: Bindings): unknown => {
  const expression = /^\((.*)\)$/s.exec(text)?.[1];
  return expression === undefined ? text : evaluate(expression, actual, bindings);
};

/** Replaces every text in parentheses of a document by its value. */
export const bound = (document: unknown, bindings: Bindings): unknown => {
  if (typeof document === "string") return computed(document, {}, bindings);
  if (Array.isArray(document)) return document.map((item) => bound(item, bindings));
  if (typeof document !== "object" || document === null) return document;
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, bound(value, bindings)]));
};

/** An expression over an object; `$name` is a binding. */
const evaluate = (expression: string, actual: unknown, bindings: Bindings): unknown => {
  const whole = /^\$(\w+)$/.exec(expression)?.[1];
  if (whole !== undefined) return bindings[whole] ?? null;
  // A function of the format, and not of policies.
  const trimmed = /^trim_space\(\$(\w+)\)$/.exec(expression)?.[1];
  if (trimmed !== undefined) {
    const text = bindings[trimmed];
    return typeof text === "string" ? text.trim() : null;
  }
  // Our language has no variables: bindings stand beside the object under a name that no object has.
  const names = [...expression.matchAll(/\$(\w+)/g)].map(([, name = ""]) => name);
  const document = { object: actual ?? null, bound: bindings } as unknown as Json;
  const text = names.length === 0 ? `object.${expression}` : expression.replaceAll(/\$(\w+)/g, "bound.$1");
  const scoped = names.length === 0 && /^[a-z_]+\(/.test(expression) ? `object | ${expression}` : text;
  const environment = {
    numbers: "float64",
    budget: new Budget(defaultBudgetLimits),
    nowMs: 0,
    seed: 1,
  } as const;
  try {
    // There `null` is a field that nothing has, and so nothing.
    return search(compileQuery(scoped.replaceAll(/\bnull\b/g, "`null`")), document, environment);
  } catch (error) {
    // What is an error in a policy is nothing here.
    if (error instanceof QueryError && error.code === "unknownKey") return null;
    throw error;
  }
};
