import type { Budget } from "../budget.ts";
import type { Json, NumberMode } from "../values/json.ts";

/** What expressions are evaluated with, besides the document. */
export interface QueryEnvironment {
  readonly numbers: NumberMode;
  readonly budget: Budget;
  readonly nowMs: number;
  readonly seed: number;
}

/**
 * The JSON document of one rule (`request`, `element`, context entries …) as expressions see it.
 * Entries load lazily, when an expression mentions them; that may throw a `Suspension`.
 */
export interface QueryContext {
  readonly environment: QueryEnvironment;
  /** The request is a DELETE: `request.object` in expressions means `request.oldObject`, in messages as well. */
  readonly isDelete?: boolean;
  /**
   * The value of a JMESPath expression. Throws `QueryError` (syntax, type, unknown key, failed entry), `BudgetExceeded`
   * or `Suspension`, and nothing else.
   */
  query(expression: string): Json;
}

/** A document with `{{ }}` variables and `$( )` references, compiled once and rendered per evaluation. */
export interface Template {
  /** True where the document has neither, so that `render` always gives the same value. */
  readonly constant: boolean;
  /**
   * The document with everything resolved. `context` variables that fail throw `QueryError` with the text that follows
   * `variable substitution failed: `.
   */
  render(context: QueryContext): Json;
}
