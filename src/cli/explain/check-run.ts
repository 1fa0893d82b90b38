import type { Rule } from "#api/kyverno/rule.ts";
import type { RuleContext } from "#engine/context/rule-context.ts";
import type { RuleException } from "#engine/exceptions/exception-source.ts";
import type { EvaluationInput } from "#engine/input.ts";
import type { Json } from "#engine/values/json.ts";

/** What the checks of one rule are explained with. */
export interface CheckRun {
  readonly rule: Rule;
  readonly policyNamespace: string | undefined;
  readonly input: EvaluationInput;
  readonly context: RuleContext;
  /** The element that patterns are held against, inside of a foreach that is scoped to its elements. */
  readonly element?: Json;
  /** Exceptions that cover the object. */
  readonly exceptions: readonly RuleException[];
}
