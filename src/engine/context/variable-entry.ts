import { QueryError } from "../errors.ts";
import type { Json } from "../values/json.ts";
import { compileTemplate } from "../variables/template.ts";
import type { Template } from "./query-context.ts";
import type { RuleContext } from "./rule-context.ts";

interface VariableSource {
  readonly value?: unknown;
  readonly jmesPath?: string;
  readonly default?: unknown;
}

/**
 * Compiles a `variable` entry. With a `value`, that value is it, or what `jmesPath` finds in it; without one `jmesPath`
 * is asked of the rule's document. `default` stands in for errors, and for null only without a `value`. A variable that
 * ends as null is an error.
 */
export function compileVariable(name: string, source: VariableSource): (context: RuleContext) => Json {
  const path =
    source.jmesPath === undefined || source.jmesPath === "" ? undefined : compileTemplate(source.jmesPath);
  const fallback = compileOptional(source.default);
  const value = compileOptional(source.value);
  return (context) => {
    const query = path === undefined ? undefined : renderQuery(name, path, context);
    const otherwise = fallback === undefined ? null : substitute(name, fallback, context);
    const output =
      value === undefined
        ? fromDocument(query, otherwise, context)
        : fromValue(query, substitute(name, value, context), otherwise, context);
    if (output === null) {
      throw new QueryError(
        "failed",
        `failed to add context entry for variable ${name} since it evaluated to nil`,
      );
    }
    return output;
  };
}

function compileOptional(value: unknown): Template | undefined {
  return value === undefined || value === null ? undefined : compileTemplate(value as Json);
}

function renderQuery(name: string, path: Template, context: RuleContext): string {
  const query = substitute(name, path, context);
  if (typeof query === "string") return query;
  throw new QueryError("failed", `jmesPath of context entry ${name} is not a string`);
}

function substitute(name: string, template: Template, context: RuleContext): Json {
  try {
    return template.render(context);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new QueryError(
      error.code,
      `failed to substitute variables in context entry ${name}: ${error.message}`,
    );
  }
}

function fromDocument(query: string | undefined, otherwise: Json, context: RuleContext): Json {
  if (query === undefined) return otherwise;
  return attempt(query, otherwise, () => context.query(query) ?? otherwise);
}

function fromValue(query: string | undefined, value: Json, otherwise: Json, context: RuleContext): Json {
  if (query === undefined) return value;
  return attempt(query, otherwise, () => context.search(query, value));
}

function attempt(query: string, otherwise: Json, evaluate: () => Json): Json {
  try {
    return evaluate();
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    if (otherwise !== null) return otherwise;
    throw new QueryError(error.code, `failed to apply jmespath ${query} to variable: ${error.message}`);
  }
}
