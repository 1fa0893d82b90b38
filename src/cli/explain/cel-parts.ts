import type { CelEnvironment } from "#engine/cel/compile/environment.ts";
import { compileCel } from "#engine/cel/program.ts";
import type { CelProgram, CelResult } from "#engine/cel/program.ts";
import type { Ast } from "#engine/cel/syntax/ast.ts";
import { isListValue } from "#engine/cel/values/cel-value.ts";

import { celJson } from "./cel-json.ts";
import { celText } from "./cel-text.ts";
import { withVariable } from "./cel-substitution.ts";
import type { PartExplanation } from "./explanation.ts";

const maxParts = 40;
const maxDepth = 8;
/** Elements of a list that a macro is looked into for. */
const maxElements = 20;

/** Where expressions are evaluated. */
export interface CelPlace {
  /** What they may name. */
  readonly environment: CelEnvironment;
  /** Evaluates a program, and never throws for what the expression does. */
  readonly evaluate: (program: CelProgram) => CelResult;
}

/** The parts of an expression that decide its value, each with its own; those of loops for the elements that decide. */
export function celParts(ast: Ast, place: CelPlace): readonly PartExplanation[] {
  const parts = new Map<string, PartExplanation>();
  const look = (part: Ast, depth: number): void => {
    if (parts.size >= maxParts || depth > maxDepth || part.kind === "literal") return;
    const text = celText(part);
    const result = text === undefined ? undefined : evaluateText(text, place);
    if (text === undefined || result === undefined || parts.has(text)) return;
    parts.set(
      text,
      result.kind === "value"
        ? { expression: text, value: celJson(result.value) }
        : { expression: text, error: result.message },
    );
    for (const inner of innerParts(part, place)) look(inner, depth + 1);
  };
  for (const inner of innerParts(ast, place)) look(inner, 0);
  return [...parts.values()];
}

function evaluateText(text: string, { environment, evaluate }: CelPlace): CelResult | undefined {
  const compiled = compileCel(text, environment);
  return compiled.kind === "program" ? evaluate(compiled.program) : undefined;
}

function innerParts(ast: Ast, place: CelPlace): readonly Ast[] {
  switch (ast.kind) {
    case "logic":
      return ast.operands;
    case "conditional":
      return [ast.condition, ast.whenTrue, ast.whenFalse];
    case "call":
      return [...(ast.target === undefined ? [] : [ast.target]), ...ast.arguments];
    case "comprehension":
      return decidingElements(ast, place);
    case "literal":
    case "ident":
    case "select":
    case "has":
    case "index":
    case "list":
    case "map":
    case "struct":
    case "bind":
    case "optionalMap":
      return [];
    default:
      return ast satisfies never;
  }
}

/** For `all` the elements that refuse, for `exists` all of them: the predicate with the element in place of its name. */
function decidingElements(
  { macro, range, variables: [variable, ...others], predicate }: Ast & { readonly kind: "comprehension" },
  place: CelPlace,
): readonly Ast[] {
  if (macro !== "all" && macro !== "exists") return [range];
  const text = celText(range);
  const list = text === undefined ? undefined : evaluateText(text, place);
  const isPlain = variable !== undefined && others.length === 0 && predicate !== undefined;
  if (!isPlain || list?.kind !== "value" || !isListValue(list.value)) return [range];
  const elements = list.value.slice(0, maxElements).map((_, index): Ast => {
    const position: Ast = { kind: "literal", value: index, offset: range.offset };
    const element: Ast = {
      kind: "index",
      operand: range,
      index: position,
      optional: false,
      offset: range.offset,
    };
    return withVariable(predicate, variable, element);
  });
  if (macro === "exists") return elements;
  return elements.filter((element) => {
    const written = celText(element);
    const result = written === undefined ? undefined : evaluateText(written, place);
    return result?.kind !== "value" || result.value !== true;
  });
}
