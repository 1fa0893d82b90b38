/** Why an expression has no value. */
export type QueryErrorCode =
  /** The text is no expression of the language. */
  | "syntax"
  /** An object lacks a key that the expression selects. */
  | "unknownKey"
  /** An argument has a kind that the function does not take, or their number is wrong. */
  | "type"
  /** A function that exists in Kyverno and not here. */
  | "unsupported"
  /** A function refused its arguments, or a context entry could not be loaded. */
  | "failed";

/**
 * An expression or a variable that cannot be resolved. The message is the text that people see in results; it becomes
 * part of the message of an `error` result and is never a stack trace.
 */
export class QueryError extends Error {
  override readonly name = "QueryError";
  readonly code: QueryErrorCode;

  constructor(code: QueryErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
