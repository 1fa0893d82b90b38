import { QueryError } from "../errors.ts";
import { parse } from "../jmespath/parser.ts";

/** Why a text is no JMESPath expression; undefined where it is one. */
export function syntaxProblem(expression: string): string | undefined {
  try {
    parse(expression);
    return undefined;
  } catch (error) {
    if (error instanceof QueryError) return error.message;
    throw error;
  }
}
