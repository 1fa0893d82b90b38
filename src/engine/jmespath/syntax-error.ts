import { QueryError } from "../errors.ts";

/** An expression that cannot be read. */
export class QuerySyntaxError extends QueryError {
  /** What is wrong, without the expression. */
  readonly reason: string;
  /** Where reading stopped, in UTF-16 units; for a caret under the expression. */
  readonly offset: number;

  constructor(reason: string, offset: number, message = reason) {
    super("syntax", message);
    this.reason = reason;
    this.offset = offset;
  }
}

/** A violation of the grammar. */
export function syntaxError(text: string, offset: number): QuerySyntaxError {
  return new QuerySyntaxError(`SyntaxError: ${text}`, offset);
}
