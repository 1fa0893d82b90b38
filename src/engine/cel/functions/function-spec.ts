import type { CelValue } from "../values/cel-value.ts";

/** What an implementation may use besides its arguments; it comes after them. */
export interface CallContext {
  /** Nanoseconds since 1970. */
  readonly nowNanoseconds: bigint;
  /** A number from 0 below `limit`, from the seed of the evaluation. */
  pick(limit: number): number;
  /** Counts cost in the API server's units. Throws `BudgetExceeded` past the limit. */
  spend(cost: number): void;
}

/** One way to call a function. */
export interface Overload {
  /** `(string).charAt(int): string` for a method, `math.ceil(double): double` for a function. */
  readonly signature: string;
  /** Is given arguments of the kinds that the signature names, then the context. */
  readonly call: (...values: never[]) => CelValue;
  /** Cost in the API server's units; 1 where it is absent. */
  readonly cost?: (...values: never[]) => number;
}

/** What an example gives: an expression for the value, or the message of its error. */
export type Expected = string | { readonly error: string };

export type Example = readonly [expression: string, expected: Expected];

/** One function of a library: documentation, implementation and tests at once. */
export interface FunctionSpec {
  readonly name: string;
  /** Where its behaviour is defined. */
  readonly source: string;
  readonly overloads: readonly Overload[];
  readonly examples: readonly Example[];
}

/** A set of functions that belong together. */
export interface Library {
  readonly name: string;
  readonly functions: readonly FunctionSpec[];
}
