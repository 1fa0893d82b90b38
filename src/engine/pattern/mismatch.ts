import type { Budget } from "../budget.ts";
import type { Json, NumberMode } from "../values/json.ts";

/** Why a resource does not match. */
export interface Mismatch {
  /**
   * `skip`: a conditional or global anchor says that the pattern does not apply. `negation`: a forbidden key exists.
   * `plain`: anything else.
   */
  readonly kind: "skip" | "negation" | "plain";
  /** Where, with slashes at both ends; empty where the place is not known. */
  readonly path: string;
  readonly message: string;
}

/** What a pattern asks of the place where a match fails. */
export type PatternNeed =
  /** A value that this pattern accepts. */
  | { readonly kind: "value"; readonly pattern: Json }
  /** Any value but null. */
  | { readonly kind: "present" }
  /** The key of a conditional anchor, without which the pattern does not apply. */
  | { readonly kind: "key" }
  | { readonly kind: "absent" }
  | { readonly kind: "object" }
  | { readonly kind: "list" }
  /** A list of at least so many elements. */
  | { readonly kind: "elements"; readonly count: number }
  /** At least one element that matches. */
  | { readonly kind: "someElement" }
  /** The pattern itself cannot be satisfied. */
  | { readonly kind: "impossible" };

/** A place where a match fails, for people who ask why. */
export interface PatternMiss {
  readonly keys: readonly (string | number)[];
  readonly need: PatternNeed;
  readonly found: Json | undefined;
}

/** Is told of each place that does not match, in the order of the walk; the last one before a failure is its cause. */
export type PatternTrace = (miss: PatternMiss) => void;

/** The state of one match. */
export class MatchRun {
  readonly numbers: NumberMode;
  readonly budget: Budget;
  /** The keys and indices from the root of the match to the current node. */
  readonly keys: (string | number)[] = [];
  /** Set in the second pass of a failed match: whether each condition or existence anchor found its key anywhere. */
  readonly anchorsFound: Map<string, boolean> | undefined;
  readonly #base: string;
  readonly #trace: PatternTrace | undefined;

  constructor(
    numbers: NumberMode,
    budget: Budget,
    base: string,
    tracksAnchors: boolean,
    trace?: PatternTrace,
  ) {
    this.numbers = numbers;
    this.budget = budget;
    this.#base = base;
    this.anchorsFound = tracksAnchors ? new Map() : undefined;
    this.#trace = trace;
  }

  /** Counts a visited node. Throws `BudgetExceeded`. */
  visit(): void {
    this.budget.step();
    this.budget.enter(this.keys.length);
  }

  /** The path of the current node, with slashes at both ends. */
  path(): string {
    return this.keys.length === 0 ? this.#base : `${this.#base}${this.keys.join("/")}/`;
  }

  /** Notes that the current node, or what is below it at `key`, is not what the pattern needs. */
  miss(need: PatternNeed, found: Json | undefined, key?: string): void {
    if (this.#trace === undefined) return;
    this.#trace({ keys: key === undefined ? [...this.keys] : [...this.keys, key], need, found });
  }

  mismatch(message: string): Mismatch {
    return { kind: "plain", path: this.path(), message };
  }
}

/** One compiled node of a pattern; a passing match gives undefined and allocates nothing. */
export type PatternNode = (resource: Json | undefined, run: MatchRun) => Mismatch | undefined;

/** One skip out of several, in their order. Throws `BudgetExceeded` where their texts are too long together. */
export function combineSkips(skips: readonly Mismatch[], run: MatchRun): Mismatch {
  run.budget.text(skips.reduce((length, skip) => length + skip.message.length + 2, 0));
  return { kind: "skip", path: run.path(), message: skips.map((skip) => skip.message).join("; ") };
}
