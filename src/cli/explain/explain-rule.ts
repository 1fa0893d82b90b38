import type { Rule } from "#api/kyverno/rule.ts";
import { Budget, BudgetExceeded } from "#engine/budget.ts";
import type { CompiledPolicy } from "#engine/compiled-policy.ts";
import { RuleContext } from "#engine/context/rule-context.ts";
import { QueryError } from "#engine/errors.ts";
import { frameOf, subjectOf } from "#engine/evaluate.ts";
import { noExceptions } from "#engine/exceptions/exception-source.ts";
import type { EvaluationInput } from "#engine/input.ts";
import type { RuleResponse } from "#engine/response.ts";
import type { CompiledRule } from "#engine/validate/compiled-rule.ts";
import type { Json } from "#engine/values/json.ts";

import type { CheckRun } from "./check-run.ts";
import { explainConditions } from "./explain-conditions.ts";
import { explainFilters } from "./explain-match.ts";
import type { CheckExplanation, RuleExplanation } from "./explanation.ts";

/** A rule as it is written and as it is judged. */
export interface ExplainedRule {
  readonly rule: Rule;
  readonly compiled: CompiledRule;
  readonly policy: Pick<CompiledPolicy, "identity" | "queries">;
}

/** How the verdict of a rule and what it checks are found out. */
export interface RuleProbe {
  /** What the rule answers; undefined where it has nothing to say of the object. */
  readonly respond: (input: EvaluationInput) => RuleResponse | undefined;
  readonly explainCheck: (run: CheckRun) => CheckExplanation | undefined;
}

/** Clauses of one rule, in the order in which they are looked at, up to the one that decides. May throw a `Suspension`. */
export function explainRule(
  { rule, compiled, policy }: ExplainedRule,
  given: EvaluationInput,
  probe: RuleProbe,
): RuleExplanation {
  const input = { ...given, budget: new Budget() };
  const subject = subjectOf(input);
  const { namespace, key } = policy.identity;
  const head = { policy: key, rule: compiled.name, type: compiled.type };
  const none = { ...head, verdict: "none", message: "" } as const;
  if (namespace !== undefined && input.namespace !== namespace) {
    return { ...none, note: `a Policy is for its own namespace, which is ${namespace}` };
  }
  const filtered = { subject, labelsAreKnown: input.namespaceLabels !== undefined };
  const match = explainFilters("match", rule.match, filtered);
  const exclude =
    rule.exclude === undefined ? {} : { exclude: explainFilters("exclude", rule.exclude, filtered) };
  if (!compiled.matches(subject)) return { ...none, match, ...exclude };
  const response = probe.respond({ ...given, budget: new Budget() });
  const { status = "none", message = "" } = response ?? {};
  const judged = { ...head, verdict: status, message, match, ...exclude } as const;
  try {
    return { ...judged, ...explainClauses({ rule, compiled, policy }, input, probe) };
  } catch (error) {
    if (!(error instanceof BudgetExceeded || error instanceof QueryError)) throw error;
    return { ...judged, note: error.message };
  }
}

type Clauses = Pick<RuleExplanation, "preconditions" | "exceptions" | "check" | "note">;

function explainClauses(
  { rule, compiled, policy }: ExplainedRule,
  input: EvaluationInput,
  probe: RuleProbe,
): Clauses {
  const subject = subjectOf(input);
  const frame = frameOf(policy, input, subject);
  const context = new RuleContext(frame.context, compiled.context, input.injected?.rule(compiled.name) ?? []);
  const clauses: { -readonly [Key in keyof Clauses]: Clauses[Key] } = {};
  if (rule.preconditions !== undefined && rule.preconditions !== null) {
    clauses.preconditions = explainConditions(rule.preconditions as Json, "preconditions", context);
    if (clauses.preconditions.holds !== true) return clauses;
  }
  const known = (input.exceptions ?? noExceptions).find(policy.identity.key, compiled.name);
  const covering = known.filter((exception) => exception.applies(subject, context));
  if (known.length > 0) {
    clauses.exceptions = known.map((exception) => ({
      exception: exception.key,
      covers: covering.includes(exception),
      controls: exception.podSecurity.map(({ control }) => control),
    }));
    const skips = covering.some(({ podSecurity }) => podSecurity.length === 0);
    if (skips || (covering.length > 0 && !compiled.handlesExceptions)) return clauses;
  }
  const check = probe.explainCheck({
    rule,
    policyNamespace: policy.identity.namespace,
    input,
    context,
    exceptions: covering,
  });
  if (check !== undefined) clauses.check = check;
  return clauses;
}
