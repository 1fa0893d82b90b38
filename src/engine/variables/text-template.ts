import { ofOldObject } from "../context/old-object.ts";
import type { QueryContext } from "../context/query-context.ts";
import { QueryError } from "../errors.ts";
import { jsonText } from "../jmespath/json-text.ts";
import type { Json } from "../values/json.ts";
import { placeExpression } from "./document-path.ts";
import { escapeBraces, scanVariables, unescapeBraces } from "./variable-scan.ts";
import type { ScannedVariable } from "./variable-scan.ts";

/** Where a text stands, and how its variables are to be read. */
export interface TextPlace {
  readonly path: string;
  /** How many values of variables the text stands in. */
  readonly insertions: number;
}

/** A text cut into what is fixed and its variables. */
export type TextTemplate =
  | { readonly kind: "constant"; readonly text: string }
  /** The text is one variable and nothing else: it takes the value, whatever its kind. */
  | { readonly kind: "whole"; readonly variable: ScannedVariable }
  | { readonly kind: "mixed"; readonly text: string; readonly variables: readonly ScannedVariable[] };

export interface TextValue {
  readonly value: Json;
  /** The value is not to be searched for variables. */
  readonly final: boolean;
}

/** A value that contains variables may bring new ones; no policy needs more rounds than this. */
const maxRounds = 64;

export function compileText(text: string): TextTemplate {
  if (!text.includes("{{")) return { kind: "constant", text };
  const variables = scanVariables(text);
  const [first] = variables;
  if (first === undefined) return { kind: "constant", text: unescapeBraces(text) };
  if (first.start === 0 && first.end === text.length) return { kind: "whole", variable: first };
  return { kind: "mixed", text, variables };
}

/** Resolves a text, again and again while the result contains variables. Throws as `Template.render` does. */
export function renderText(template: TextTemplate, context: QueryContext, place: TextPlace): TextValue {
  let current = template;
  for (let round = 0; round < maxRounds; round += 1) {
    switch (current.kind) {
      case "constant":
        return { value: current.text, final: true };
      case "whole":
        return {
          value: resolve(current.variable, context, place),
          final: current.variable.shallow,
        };
      case "mixed": {
        const text = substitute(current.text, current.variables, context, place);
        // The last variable of a round decides whether there is another one.
        if (current.variables.at(-1)?.shallow === true) return { value: unescapeBraces(text), final: true };
        current = compileText(text);
      }
    }
  }
  throw new QueryError(
    "failed",
    `variables at path ${place.path} are not resolved after ${maxRounds} rounds of substitution`,
  );
}

function substitute(
  text: string,
  variables: readonly ScannedVariable[],
  context: QueryContext,
  place: TextPlace,
): string {
  const { budget } = context.environment;
  let result = "";
  let from = 0;
  for (const variable of variables) {
    const value = resolve(variable, context, place);
    const inserted = typeof value === "string" ? value : valueText(value, variable, context, place);
    result += text.slice(from, variable.start);
    result += variable.shallow ? escapeBraces(inserted) : inserted;
    budget.text(result.length);
    from = variable.end;
  }
  budget.step(1 + (result.length >> 6));
  return result + text.slice(from);
}

function valueText(value: Json, variable: ScannedVariable, context: QueryContext, place: TextPlace): string {
  try {
    return jsonText(value, context.environment);
  } catch (error) {
    throw explained(error, variable.expression, place);
  }
}

function resolve(variable: ScannedVariable, context: QueryContext, place: TextPlace): Json {
  context.environment.budget.step();
  const placed =
    variable.expression === "@" ? placeExpression(place.path, rootOf(context)) : variable.expression;
  const expression = context.isDelete === true ? ofOldObject(placed) : placed;
  try {
    return context.query(expression);
  } catch (error) {
    throw explained(error, expression, place);
  }
}

/** `@` is a place of the target of a mutation where there is one, else of the object. */
function rootOf(context: QueryContext): string {
  try {
    context.query("target");
    return "target";
  } catch (error) {
    if (error instanceof QueryError) return "request.object";
    throw error;
  }
}

function explained(error: unknown, expression: string, { path }: TextPlace): unknown {
  if (!(error instanceof QueryError)) return error;
  return new QueryError(error.code, `failed to resolve ${expression} at path ${path}: ${error.message}`);
}
