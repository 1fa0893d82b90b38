import { QueryError } from "../errors.ts";
import type { Json } from "../values/json.ts";
import { Suspension } from "./context-source.ts";
import type { ContextRequest } from "./context-source.ts";
import type { Template } from "./query-context.ts";
import type { RuleContext } from "./rule-context.ts";

/** Loads the value of an entry; undefined where such entries are not served at all. */
export type Loader = (context: RuleContext) => Json | undefined;

/**
 * Asks the outside. Undefined where it does not serve such requests. Throws a `QueryError` where it says why there is
 * no value, a `Suspension` where it does not know yet.
 */
export function ask(context: RuleContext, request: ContextRequest): Json | undefined {
  const { source, scope } = context.outside;
  const answer = source.lookUp(request, scope);
  switch (answer.kind) {
    case "value":
      return answer.value;
    case "failed":
      throw new QueryError("failed", answer.message);
    case "pending":
      throw new Suspension([request]);
    case "unavailable":
    default:
      return undefined;
  }
}

/** Renders a part of an entry; `what` names the part in the message of a failure. */
export function renderPart(template: Template, context: RuleContext, entry: string, what: string): Json {
  try {
    return template.render(context);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const message = `failed to substitute variables in context entry ${entry} ${what}: ${error.message}`;
    throw new QueryError(error.code, message);
  }
}

/** The same for a part that has to be a text. */
export function renderText(template: Template, context: RuleContext, entry: string, what: string): string {
  return textOf(renderPart(template, context, entry, what), entry, what);
}

/** `value` as a text. Throws a `QueryError` where it is none. */
export function textOf(value: Json | undefined, entry: string, what: string): string {
  if (typeof value === "string") return value;
  throw new QueryError("failed", `${what} of context entry ${entry} is not a string`);
}

/** What a JMESPath expression finds in data from outside. */
export function applyPath(context: RuleContext, path: string, data: Json, entry: string): Json {
  try {
    return context.searchOutside(path, data);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const message = `failed to apply JMESPath ${path} for context entry ${entry}: ${error.message}`;
    throw new QueryError(error.code, message);
  }
}
