import type { QueryContext, Template } from "../context/query-context.ts";
import { QueryError } from "../errors.ts";
import { asFloat, isList, isObject, own } from "../values/json.ts";
import type { Json, JsonObject, NumberMode } from "../values/json.ts";
import type { ConditionOperator } from "./condition-operator.ts";
import { findConditionOperator } from "./operator-table.ts";

/** Compiles a key or value of a condition. */
export type TemplateCompiler = (document: Json) => Template;

/** `preconditions`, `deny.conditions` and the like, ready to be evaluated. */
export interface CompiledConditions {
  readonly evaluate: (context: QueryContext) => ConditionsOutcome;
}

/** Whether conditions hold, with the messages of those that decided it. */
export interface ConditionsOutcome {
  readonly met: boolean;
  /** Of the conditions that were true where `met`, else of those that were false; empty ones are left out. */
  readonly messages: readonly string[];
}

const nothingAsked: ConditionsOutcome = { met: true, messages: [] };

/**
 * Compiles an object with `any` and `all`, a list of conditions (the old form of `all`) or a list of such objects. What
 * is neither fails when it is evaluated.
 */
export function compileConditions(
  raw: Json | undefined,
  compileTemplate: TemplateCompiler,
): CompiledConditions {
  if (raw === undefined || raw === null) return { evaluate: () => nothingAsked };
  if (isObject(raw)) return { evaluate: compileBlock(raw, compileTemplate) };
  if (!isList(raw)) return { evaluate: () => failInvalid() };
  const tests = raw.map((item) =>
    isBlock(item) ? compileBlock(item, compileTemplate) : asOutcome(compileCondition(item, compileTemplate)),
  );
  return { evaluate: (context) => evaluateList(tests, context) };
}

/**
 * Evaluates conditions. Throws `QueryError` for a variable that cannot be resolved or an unknown operator, with a
 * message that says which side of the condition is at fault; `BudgetExceeded` and a `Suspension` pass through.
 */
export function evaluateConditions(compiled: CompiledConditions, context: QueryContext): ConditionsOutcome {
  return compiled.evaluate(context);
}

/** One condition: its answer, and the message that goes with it. */
interface CompiledCondition {
  readonly message: string;
  readonly holds: (context: QueryContext) => boolean;
}

type OutcomeTest = (context: QueryContext) => ConditionsOutcome;

function asOutcome({ holds, message }: CompiledCondition): OutcomeTest {
  return (context) => ({ met: holds(context), messages: [message] });
}

function isBlock(item: Json): item is JsonObject {
  return (
    isObject(item) &&
    !Object.hasOwn(item, "operator") &&
    (Object.hasOwn(item, "any") || Object.hasOwn(item, "all"))
  );
}

/** Stops at the first that does not hold, whose messages alone are kept. */
function evaluateList(tests: readonly OutcomeTest[], context: QueryContext): ConditionsOutcome {
  const messages: string[] = [];
  for (const test of tests) {
    const outcome = test(context);
    const text = joinMessages(outcome.messages, "; ");
    if (!outcome.met) return { met: false, messages: nonEmpty([text]) };
    messages.push(text);
  }
  // Kyverno joins the messages of this form without a blank.
  return { met: true, messages: nonEmpty([joinMessages(messages, ";")]) };
}

function compileBlock(block: JsonObject, compileTemplate: TemplateCompiler): OutcomeTest {
  const any = compileMembers(own(block, "any"), compileTemplate);
  const all = compileMembers(own(block, "all"), compileTemplate);
  return (context) => {
    const decided = { whenMet: [] as string[], whenNot: [] as string[] };
    const note = ({ holds, message }: CompiledCondition): boolean => {
      const answer = holds(context);
      (answer ? decided.whenMet : decided.whenNot).push(message);
      return answer;
    };
    const anyHolds = any === undefined || any.some(note);
    // `all` is evaluated even where `any` has failed: an error in it counts.
    const allHold = all === undefined || all.every(note);
    const met = anyHolds && allHold;
    return { met, messages: nonEmpty(met ? decided.whenMet : decided.whenNot) };
  };
}

function compileMembers(
  raw: Json | undefined,
  compileTemplate: TemplateCompiler,
): readonly CompiledCondition[] | undefined {
  if (raw === undefined || raw === null) return undefined;
  if (!isList(raw)) return [invalidCondition];
  return raw.map((item) => compileCondition(item, compileTemplate));
}

function compileCondition(raw: Json, compileTemplate: TemplateCompiler): CompiledCondition {
  if (!isObject(raw)) return invalidCondition;
  const key = compileOperand(own(raw, "key") ?? null, "key", compileTemplate);
  const value = compileOperand(own(raw, "value") ?? null, "value", compileTemplate);
  const operator = findConditionOperator(textOf(own(raw, "operator")));
  return {
    message: textOf(own(raw, "message")),
    holds: (context) => {
      context.environment.budget.step();
      return apply(operator, key(context), value(context), context);
    },
  };
}

function apply(
  operator: ConditionOperator | undefined,
  key: Json,
  value: Json,
  context: QueryContext,
): boolean {
  if (operator === undefined) {
    throw new QueryError("failed", "failed to create handler for condition operator: %!w(<nil>)");
  }
  return operator(key, value, context.environment);
}

type Operand = (context: QueryContext) => Json;

/** Numbers that are written as key or value are float64 everywhere; those in lists and objects are as the mode says. */
function compileOperand(raw: Json, side: "key" | "value", compileTemplate: TemplateCompiler): Operand {
  if (typeof raw === "number" || typeof raw === "bigint") {
    const literals: Readonly<Record<NumberMode, Json>> = {
      int64: asFloat(Number(raw), "int64"),
      float64: Number(raw),
    };
    return (context) => literals[context.environment.numbers];
  }
  const template = compileTemplate(raw);
  return (context) => {
    try {
      return template.render(context);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      const message = `failed to substitute variables in condition ${side}: ${error.message}`;
      throw new QueryError(error.code, message);
    }
  };
}

const invalidCondition: CompiledCondition = { message: "", holds: failInvalid };

function failInvalid(): never {
  throw new QueryError("failed", "invalid condition");
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function nonEmpty(messages: readonly string[]): readonly string[] {
  return messages.filter((message) => message !== "");
}

function joinMessages(messages: readonly string[], separator: string): string {
  return nonEmpty(messages).join(separator);
}
