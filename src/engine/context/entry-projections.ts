import type { GlobalContextEntry } from "#api/kyverno/global-context-entry.ts";
import { Budget, BudgetExceeded, defaultBudgetLimits } from "../budget.ts";
import { QueryError } from "../errors.ts";
import { compileQuery, search } from "../jmespath/query.ts";
import type { CompiledQuery } from "../jmespath/query.ts";
import type { Json } from "../values/json.ts";

/** A projection of an entry, compiled once. */
export interface Projection {
  readonly name: string;
  readonly query: CompiledQuery;
}

/** A value, or why there is none. */
export type EntryValue =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly message: string };

/** A list of all objects of a kind is larger than one object. */
const projectionLimits = { ...defaultBudgetLimits, maxSteps: 20_000_000 };

/** Compiles the projections of an entry, or says which one cannot be. */
export function compileProjections({
  spec: { projections = [] },
}: GlobalContextEntry): readonly Projection[] | { readonly message: string } {
  const compiled: Projection[] = [];
  for (const { name, jmesPath } of projections) {
    try {
      compiled.push({ name, query: compileQuery(jmesPath) });
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      return { message: `failed to parse jmespath query for projection "${name}": ${error.message}` };
    }
  }
  return compiled;
}

/** What a projection makes of the data of its entry. Its numbers are float64, as in all data from outside. */
export function project({ name, query }: Projection, data: Json, nowMs: number): EntryValue {
  try {
    const budget = new Budget(projectionLimits);
    return { ok: true, value: search(query, data, { numbers: "float64", budget, nowMs, seed: 0 }) };
  } catch (error) {
    if (!(error instanceof QueryError) && !(error instanceof BudgetExceeded)) throw error;
    return { ok: false, message: `failed to apply projection "${name}": ${error.message}` };
  }
}
