/**
 * Limits of one evaluation; an `error` result names the one that was hit. Time is bounded by steps, as no clock is known
 * here: whatever takes long counts as many steps as it takes microseconds, about.
 */
export interface BudgetLimits {
  /** Nodes visited by patterns, expressions and substitutions together. */
  readonly maxSteps: number;
  /** Nesting of objects, patterns and expressions. */
  readonly maxDepth: number;
  /** Bytes that context entries may add (Kyverno's `maxContextSize`). */
  readonly maxContextBytes: number;
  /** Characters that substitution may produce. */
  readonly maxTextLength: number;
  /** Elements that foreach blocks may go through, nested ones included. */
  readonly maxElements: number;
}

export const defaultBudgetLimits: BudgetLimits = {
  maxSteps: 2_000_000,
  maxDepth: 200,
  maxContextBytes: 2 * 1024 * 1024,
  maxTextLength: 4 * 1024 * 1024,
  maxElements: 100_000,
};

/** A policy asked for more than its budget; the rule that did so ends as `error` with this message. */
export class BudgetExceeded extends Error {
  override readonly name = "BudgetExceeded";
}

/** Counts what one evaluation of one policy uses. Deterministic: it knows no clock. */
export class Budget {
  readonly limits: BudgetLimits;
  #steps = 0;
  #elements = 0;

  constructor(limits: BudgetLimits = defaultBudgetLimits) {
    this.limits = limits;
  }

  /** Counts `count` steps. Throws `BudgetExceeded` past the limit. */
  step(count = 1): void {
    this.#steps += count;
    if (this.#steps > this.limits.maxSteps) {
      throw new BudgetExceeded(`evaluation stopped after ${this.limits.maxSteps} steps`);
    }
  }

  /** Counts an element of a foreach. Throws `BudgetExceeded` past the limit. */
  element(): void {
    this.#elements += 1;
    if (this.#elements > this.limits.maxElements) {
      throw new BudgetExceeded(`evaluation stopped after ${this.limits.maxElements} elements of foreach`);
    }
  }

  /** Throws `BudgetExceeded` where `depth` is past the limit. */
  enter(depth: number): void {
    if (depth > this.limits.maxDepth) {
      throw new BudgetExceeded(`evaluation stopped at a nesting of ${this.limits.maxDepth} levels`);
    }
  }

  /** Throws `BudgetExceeded` where a text of `length` characters may not be built. */
  text(length: number): void {
    if (length > this.limits.maxTextLength) {
      throw new BudgetExceeded(
        `evaluation stopped at a text of more than ${this.limits.maxTextLength} characters`,
      );
    }
  }
}
