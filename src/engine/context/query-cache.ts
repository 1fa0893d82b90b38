import { QueryError } from "../errors.ts";
import { compileQuery } from "../jmespath/query.ts";
import type { CompiledQuery } from "../jmespath/query.ts";

const maxQueries = 512;
/** Longer expressions hold data of the object and are not kept. */
const maxKeptLength = 4_096;

/**
 * Compiled expressions by their text, for one policy. Expressions that hold substituted values differ per object, so the
 * cache is bounded; it starts anew when it is full.
 */
export class QueryCache {
  readonly #queries = new Map<string, CompiledQuery | QueryError>();

  /** The compiled expression. Throws the `QueryError` of an expression that is none. */
  get(expression: string): CompiledQuery {
    let query = this.#queries.get(expression);
    if (query === undefined) {
      query = compileOrError(expression);
      if (expression.length <= maxKeptLength) {
        if (this.#queries.size >= maxQueries) this.#queries.clear();
        this.#queries.set(expression, query);
      }
    }
    if (query instanceof QueryError) throw query;
    return query;
  }
}

function compileOrError(expression: string): CompiledQuery | QueryError {
  try {
    return compileQuery(expression);
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
}
