import { QueryError } from "../errors.ts";
import type { QueryEnvironment } from "../context/query-context.ts";
import type { Json } from "../values/json.ts";
import { compile } from "./compile.ts";
import { UnknownKey } from "./outcome.ts";
import type { Evaluate } from "./outcome.ts";
import { parse } from "./parser.ts";
import { QuerySyntaxError } from "./syntax-error.ts";

/** An expression, ready to be evaluated any number of times, against documents of either number mode. */
export interface CompiledQuery {
  /** The expression without surrounding blanks. */
  readonly text: string;
  readonly evaluate: Evaluate;
}

/**
 * Compiles a JMESPath expression of Kyverno's dialect. Throws a `QueryError` with code `syntax`, whose message is the
 * one that results show: `incorrect query <expression>: <reason>`.
 */
export function compileQuery(text: string): CompiledQuery {
  const trimmed = text.trim();
  if (trimmed === "") throw new QueryError("syntax", "invalid query (nil)");
  try {
    return { text: trimmed, evaluate: compile(parse(trimmed)) };
  } catch (error) {
    if (!(error instanceof QuerySyntaxError)) throw error;
    throw new QuerySyntaxError(error.reason, error.offset, `incorrect query ${trimmed}: ${error.reason}`);
  }
}

/**
 * The value of a compiled expression for `document`. Throws a `QueryError` with the message that results show,
 * `JMESPath query failed: <reason>`, or `BudgetExceeded`. What a lazy document throws passes through.
 */
export function search(query: CompiledQuery, document: Json, environment: QueryEnvironment): Json {
  let outcome;
  try {
    outcome = query.evaluate(document, environment);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw failed(error.code, error.message);
  }
  if (outcome instanceof UnknownKey) throw failed("unknownKey", `Unknown key "${outcome.key}" in path`);
  return outcome;
}

function failed(code: QueryError["code"], reason: string): QueryError {
  return new QueryError(code, `JMESPath query failed: ${reason}`);
}
