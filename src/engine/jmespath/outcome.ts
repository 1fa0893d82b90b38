import type { QueryEnvironment } from "../context/query-context.ts";
import type { Json } from "../values/json.ts";

/**
 * The value of an expression that selects a key which its object lacks. Many constructs read it as null, so it is a
 * value that they test for rather than an exception.
 */
export class UnknownKey {
  readonly key: string;

  constructor(key: string) {
    this.key = key;
  }
}

export type Outcome = Json | UnknownKey;

/** A compiled expression: the value that it has for `node`. Throws `QueryError` and `BudgetExceeded`. */
export type Evaluate = (node: Json, environment: QueryEnvironment) => Outcome;

/** The outcome where a missing key counts as null. */
export function orNull(outcome: Outcome): Json {
  return outcome instanceof UnknownKey ? null : outcome;
}
