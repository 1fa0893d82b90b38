import { checkTypes } from "./check/check-types.ts";
import { compileAst } from "./compile/compile.ts";
import type { CelEnvironment } from "./compile/environment.ts";
import { Frame } from "./compile/frame.ts";
import type { Activation, CelClock } from "./compile/frame.ts";
import { rootScope } from "./compile/scope.ts";
import type { Ast } from "./syntax/ast.ts";
import { CelIssueError, issueText, placeOf } from "./syntax/cel-syntax-error.ts";
import { parse } from "./syntax/parser.ts";
import { dynType, isSameType } from "./types/cel-type.ts";
import type { CelType } from "./types/cel-type.ts";
import { typeText } from "./types/type-text.ts";
import { CelError } from "./values/cel-error.ts";
import type { CelValue } from "./values/cel-value.ts";

/** The API server's limit for one expression. */
export const maxExpressionCost = 1_000_000;
/** Issues that one message shows. */
const maxIssues = 100;

export type CelResult =
  | { readonly kind: "value"; readonly value: CelValue; readonly cost: number }
  | { readonly kind: "error"; readonly message: string; readonly cost: number };

/** An expression, ready to be evaluated any number of times. */
export interface CelProgram {
  readonly text: string;
  /** What the checker found the value to be; `dyn` where only the evaluation can tell. */
  readonly type: CelType;
  /**
   * The value for these variables, or the message of the error. Throws `BudgetExceeded` past `maxCost` (which counts as
   * the API server does, and is the same on every machine) and `Suspension` where the activation does, or where the
   * expression asks for data that its source does not have yet.
   */
  evaluate(activation: Activation, clock: CelClock, maxCost?: number): CelResult;
}

export interface CelIssue {
  /** The reason alone. */
  readonly reason: string;
  /** The text that cel-go shows: place, reason, line and pointer, of all issues. */
  readonly message: string;
  /** From 1, of the first issue. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
}

export type CompiledCel =
  | { readonly kind: "program"; readonly program: CelProgram }
  | { readonly kind: "failed"; readonly issue: CelIssue };

interface Issue {
  readonly reason: string;
  readonly offset: number;
}

/**
 * Compiles an expression for an environment: reads it, checks its types, makes code of it. A text that is no expression,
 * names what nothing declares, or has types that do not fit gives the issues with their places, in cel-go's words.
 * Where `expected` is given, the type of the value must be one of these exactly, as Kyverno demands of its policies.
 */
export function compileCel(
  text: string,
  environment: CelEnvironment,
  expected: readonly CelType[] = [],
): CompiledCel {
  try {
    const ast = parse(text);
    const { type, issues } = typesOf(ast, environment);
    if (issues.length > 0) return { kind: "failed", issue: issueOf(text, issues) };
    if (expected.length > 0 && !expected.some((wanted) => isSameType(wanted, type))) {
      return { kind: "failed", issue: outputIssue(expected) };
    }
    return { kind: "program", program: programOf(text, type, ast, environment) };
  } catch (error) {
    if (!(error instanceof CelIssueError)) throw error;
    return { kind: "failed", issue: issueOf(text, [error]) };
  }
}

function typesOf(
  ast: Ast,
  environment: CelEnvironment,
): { readonly type: CelType; readonly issues: readonly Issue[] } {
  return environment.resolvesLate ? { type: dynType, issues: [] } : checkTypes(ast, environment);
}

function programOf(text: string, type: CelType, ast: Ast, environment: CelEnvironment): CelProgram {
  const code = compileAst(ast, rootScope(environment));
  return {
    text,
    type,
    evaluate: (activation, clock, maxCost = maxExpressionCost) => {
      const frame = new Frame(activation, clock, maxCost);
      try {
        return { kind: "value", value: code(frame), cost: frame.cost };
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        return { kind: "error", message: error.message, cost: frame.cost };
      }
    },
  };
}

function issueOf(text: string, issues: readonly Issue[]): CelIssue {
  const shown = issues.slice(0, maxIssues);
  const [first = { reason: "", offset: 0 }] = shown;
  const lines = shown.map((issue) => issueText(text, issue));
  if (issues.length > maxIssues) lines.push(`${issues.length - maxIssues} more errors were truncated`);
  return { reason: first.reason, message: lines.join("\n"), ...placeOf(text, first.offset) };
}

function outputIssue(expected: readonly CelType[]): CelIssue {
  const reason = `output is expected to be of type ${expected.map(typeText).join(" or ")}`;
  return { reason, message: reason, line: 1, column: 1 };
}
