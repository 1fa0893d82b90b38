import { BudgetExceeded } from "../budget.ts";
import { Suspension } from "../context/context-source.ts";
import type { ContextRequest } from "../context/context-source.ts";
import { RuleContext } from "../context/rule-context.ts";
import type { ContextFrame } from "../context/rule-context.ts";
import { QueryError } from "../errors.ts";
import type { RuleException } from "../exceptions/exception-source.ts";
import type { EvaluationInput } from "../input.ts";
import { jsonText } from "../jmespath/json-text.ts";
import type { MatchSubject } from "../match/subject.ts";
import type { RuleResponse } from "../response.ts";
import type { CompiledRule, RuleOutcome } from "./compiled-rule.ts";

/** What one rule makes of one object: a response, none, or requests that must be answered first. */
export type RuleResult =
  | { readonly kind: "response"; readonly response: RuleResponse }
  | { readonly kind: "none" }
  | { readonly kind: "pending"; readonly requests: readonly ContextRequest[] };

const none: RuleResult = { kind: "none" };

/** What the rules of one evaluation are run with. */
export interface RuleFrame {
  readonly policyKey: string;
  readonly input: EvaluationInput;
  readonly subject: MatchSubject;
  readonly context: ContextFrame;
}

/**
 * Runs a rule that matches: preconditions, exceptions, body. Never throws: a budget that is used up and anything
 * unexpected become the rule's own `error`. This is the only place that catches a `Suspension`.
 */
export function runRule(rule: CompiledRule, frame: RuleFrame): RuleResult {
  let properties: Readonly<Record<string, string>> = {};
  let context: RuleContext | undefined;
  const respond = (outcome: RuleOutcome): RuleResult =>
    responseOf(rule, outcome, properties, context?.unsupported);
  try {
    context = new RuleContext(frame.context, rule.context, frame.input.injected?.rule(rule.name) ?? []);
    const skipped = checkPreconditions(rule, context);
    if (skipped !== undefined) return respond(skipped);
    properties = renderProperties(rule, context);
    const exempt = exceptionsFor(rule, frame, context);
    if (exempt.length > 0 && !rule.handlesExceptions) return respond(exempted(exempt));
    const outcome = rule.body({ input: frame.input, context, exceptions: exempt });
    return outcome === undefined ? none : respond(outcome);
  } catch (error) {
    if (error instanceof Suspension) return { kind: "pending", requests: error.requests };
    return respond({ status: "error", message: messageOf(error) });
  }
}

const nothingExempt: readonly RuleException[] = [];

function exceptionsFor(rule: CompiledRule, frame: RuleFrame, context: RuleContext): readonly RuleException[] {
  const { exceptions } = frame.input;
  if (exceptions === undefined) return nothingExempt;
  const found = exceptions.find(frame.policyKey, rule.name);
  if (found.length === 0) return nothingExempt;
  return found.filter((exception) => exception.applies(frame.subject, context));
}

function checkPreconditions(rule: CompiledRule, context: RuleContext): RuleOutcome | undefined {
  if (rule.preconditions === undefined) return undefined;
  try {
    const { holds, message } = rule.preconditions(context);
    if (holds) return undefined;
    return { status: "skip", message: ["preconditions not met", message].filter(Boolean).join("; ") };
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return { status: "error", message: `failed to evaluate preconditions: ${error.message}` };
  }
}

const noProperties: Readonly<Record<string, string>> = {};

/** Report properties with their variables; where one cannot be resolved, all stay as they are written. */
function renderProperties(rule: CompiledRule, context: RuleContext): Readonly<Record<string, string>> {
  if (rule.properties.length === 0) return noProperties;
  const raw = () => Object.fromEntries(rule.properties.map(([key, value]) => [key, value] as const));
  if (rule.properties.every(([, , template]) => template === undefined)) return raw();
  try {
    return Object.fromEntries(
      rule.properties.map(([key, value, template]) => {
        const rendered = template === undefined ? value : template.render(context);
        return [
          key,
          typeof rendered === "string" ? rendered : jsonText(rendered, context.environment),
        ] as const;
      }),
    );
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return raw();
  }
}

function exempted(exceptions: readonly RuleException[]): RuleOutcome {
  const keys = exceptions.map(({ key }) => key);
  // Kyverno leaves no blank before the list.
  const message = `rule is skipped due to policy exceptions${keys.join(", ")}`;
  return { status: "skip", message, exceptions: keys };
}

function responseOf(
  rule: CompiledRule,
  outcome: RuleOutcome,
  properties: Readonly<Record<string, string>>,
  asked: string | undefined,
): RuleResult {
  const unsupported = outcome.unsupported ?? (outcome.status === "error" ? asked : undefined);
  return {
    kind: "response",
    response: {
      rule: rule.name,
      type: rule.type,
      status: outcome.status,
      message: outcome.message,
      properties: outcome.properties === undefined ? properties : { ...properties, ...outcome.properties },
      ...(outcome.exceptions === undefined ? {} : { exceptions: outcome.exceptions }),
      ...(unsupported === undefined ? {} : { unsupported }),
    },
  };
}

function messageOf(error: unknown): string {
  if (error instanceof BudgetExceeded || error instanceof QueryError) return error.message;
  return `internal error: ${error instanceof Error ? error.message : String(error)}`;
}
