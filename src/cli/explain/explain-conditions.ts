import { compileConditions, evaluateConditions } from "#engine/conditions/conditions.ts";
import type { RuleContext } from "#engine/context/rule-context.ts";
import { QueryError } from "#engine/errors.ts";
import { isList, isObject, own } from "#engine/values/json.ts";
import type { Json, JsonObject } from "#engine/values/json.ts";
import { compileTemplate } from "#engine/variables/template.ts";

import { cappedValue } from "./capped-value.ts";
import type { ConditionExplanation, ConditionsExplanation } from "./explanation.ts";

/**
 * Every condition of a block with both sides evaluated, also those that the verdict did not need. May throw
 * `BudgetExceeded` and a `Suspension`.
 */
export function explainConditions(raw: Json, path: string, context: RuleContext): ConditionsExplanation {
  const conditions = membersOf(raw, path).map(([place, condition]) =>
    explainCondition(condition, place, context),
  );
  const whole = attempt(() => evaluateConditions(compileConditions(raw, compileTemplate), context).met);
  return whole.ok ? { holds: whole.value, conditions } : { error: whole.error, conditions };
}

type Member = readonly [path: string, condition: Json];

function membersOf(raw: Json, path: string): readonly Member[] {
  if (isList(raw)) {
    return raw.flatMap((item, index) => {
      const place = `${path}[${index}]`;
      return isObject(item) &&
        !Object.hasOwn(item, "operator") &&
        (listOf(item, "any") ?? listOf(item, "all"))
        ? blockMembers(item, place)
        : [[place, item] as const];
    });
  }
  return isObject(raw) ? blockMembers(raw, path) : [];
}

function blockMembers(block: JsonObject, path: string): readonly Member[] {
  return (["any", "all"] as const).flatMap((name) =>
    (listOf(block, name) ?? []).map((item, index) => [`${path}.${name}[${index}]`, item] as const),
  );
}

function listOf(block: JsonObject, name: string): readonly Json[] | undefined {
  const members = own(block, name);
  return isList(members) ? members : undefined;
}

function explainCondition(condition: Json, path: string, context: RuleContext): ConditionExplanation {
  const read = (field: string): Json => (isObject(condition) ? (own(condition, field) ?? null) : null);
  const [key, value, operator] = [read("key"), read("value"), read("operator")];
  const evaluatedKey = attempt(() => compileTemplate(key).render(context));
  const evaluatedValue = attempt(() => compileTemplate(value).render(context));
  const holds = attempt(
    () => evaluateConditions(compileConditions([condition], compileTemplate), context).met,
  );
  return {
    path,
    operator: typeof operator === "string" ? operator : "",
    key: cappedValue(key),
    value: cappedValue(value),
    ...(evaluatedKey.ok ? { evaluatedKey: cappedValue(evaluatedKey.value) } : {}),
    ...(evaluatedValue.ok ? { evaluatedValue: cappedValue(evaluatedValue.value) } : {}),
    ...(holds.ok ? { holds: holds.value } : { error: holds.error }),
  };
}

/** The value, or why there is none: an expression that cannot be evaluated is part of an explanation. */
export function attempt<T>(
  evaluate: () => T,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string } {
  try {
    return { ok: true, value: evaluate() };
  } catch (error) {
    if (error instanceof QueryError) return { ok: false, error: error.message };
    throw error;
  }
}
