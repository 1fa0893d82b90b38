import { BudgetExceeded } from "../budget.ts";
import type { CelProgram } from "../cel/program.ts";
import type { CelActivation } from "./cel-activation.ts";

/** One expression that must hold, and what is said where it does not. */
export interface CelCheck {
  readonly program: CelProgram;
  /** Empty where there is none. */
  readonly message: string;
  readonly messageProgram: CelProgram | undefined;
}

const maxMessageBytes = 5 * 1024;

/** The API server's choice: the computed message where it is one line of text, else the fixed one, else the expression. */
export function celFailureMessage(check: CelCheck, activation: CelActivation): string {
  const fallback = check.message.trim();
  return (
    computedMessage(check.messageProgram, activation) ||
    fallback ||
    `failed expression: ${check.program.text.trim()}`
  );
}

function computedMessage(program: CelProgram | undefined, activation: CelActivation): string {
  if (program === undefined) return "";
  try {
    const result = activation.evaluate(program);
    if (result.kind !== "value" || typeof result.value !== "string") return "";
    const message = result.value.trim();
    return message.length > maxMessageBytes || message.includes("\n") ? "" : message;
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return "";
  }
}
