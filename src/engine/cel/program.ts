import { compileAst } from "./compile/compile.ts";
import type { CelEnvironment } from "./compile/environment.ts";
import { Frame } from "./compile/frame.ts";
import type { Activation, CelClock } from "./compile/frame.ts";
import { rootScope } from "./compile/scope.ts";
import { CelIssueError, issueText, placeOf } from "./syntax/cel-syntax-error.ts";
import { parse } from "./syntax/parser.ts";
import { CelError } from "./values/cel-error.ts";
import type { CelValue } from "./values/cel-value.ts";

/** The API server's limit for one expression. */
export const maxExpressionCost = 1_000_000;

export type CelResult =
  | { readonly kind: "value"; readonly value: CelValue; readonly cost: number }
  | { readonly kind: "error"; readonly message: string; readonly cost: number };

/** An expression, ready to be evaluated any number of times. */
export interface CelProgram {
  readonly text: string;
  /**
   * The value for these variables, or the message of the error. Throws `BudgetExceeded` past `maxCost` (which counts as
   * the API server does, and is the same on every machine) and `Suspension` where the activation does.
   */
  evaluate(activation: Activation, clock: CelClock, maxCost?: number): CelResult;
}

export interface CelIssue {
  /** The reason alone. */
  readonly reason: string;
  /** The text that cel-go shows: place, reason, line and pointer. */
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

export type CompiledCel =
  | { readonly kind: "program"; readonly program: CelProgram }
  | { readonly kind: "failed"; readonly issue: CelIssue };

/** Compiles an expression for an environment; a text that is none gives the issue with its place. */
export function compileCel(text: string, environment: CelEnvironment): CompiledCel {
  try {
    const code = compileAst(parse(text), rootScope(environment));
    return {
      kind: "program",
      program: {
        text,
        evaluate: (activation, clock, maxCost = maxExpressionCost) => {
          const frame = new Frame(activation, clock, maxCost);
          try {
            return { kind: "value", value: code(frame), cost: frame.cost };
          } catch (error) {
            if (!(error instanceof CelError)) throw error;
            return { kind: "error", message: error.message, cost: frame.cost };
          }
        },
      },
    };
  } catch (error) {
    if (!(error instanceof CelIssueError)) throw error;
    return {
      kind: "failed",
      issue: { reason: error.reason, message: issueText(text, error), ...placeOf(text, error.offset) },
    };
  }
}
