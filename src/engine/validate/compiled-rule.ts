import type { CompiledEntry } from "../context/context-entry.ts";
import type { Template } from "../context/query-context.ts";
import type { RuleContext } from "../context/rule-context.ts";
import type { RuleException } from "../exceptions/exception-source.ts";
import type { EvaluationInput } from "../input.ts";
import type { MatchSubject } from "../match/subject.ts";
import type { RuleStatus, RuleType } from "../response.ts";
import type { Json } from "../values/json.ts";

/** What a rule's body is judged with. */
export interface RuleRun {
  readonly input: EvaluationInput;
  readonly context: RuleContext;
  /** The element that patterns are held against, inside of a foreach that is scoped to its elements. */
  readonly element?: Json;
  /** Exceptions that cover the object, for a body that deals with them itself. */
  readonly exceptions?: readonly RuleException[];
}

/** The verdict of a body; undefined where it has none to give. */
export interface RuleOutcome {
  readonly status: RuleStatus;
  readonly message: string;
  readonly properties?: Readonly<Record<string, string>>;
  /** Keys of the exceptions because of which it is a skip. */
  readonly exceptions?: readonly string[];
  readonly unsupported?: string;
}

/** A rule's body, compiled. Throws `QueryError`, `BudgetExceeded` or a `Suspension` where it does not answer itself. */
export type RuleBody = (run: RuleRun) => RuleOutcome | undefined;

/** The outcome of conditions: whether they hold, with the messages of those that decided. */
export interface ConditionsOutcome {
  readonly holds: boolean;
  readonly message: string;
}

export type ConditionsTest = (context: RuleContext) => ConditionsOutcome;

/** A rule ready to be evaluated. */
export interface CompiledRule {
  readonly name: string;
  readonly type: RuleType;
  matches(subject: MatchSubject): boolean;
  readonly context: readonly CompiledEntry[];
  readonly preconditions: ConditionsTest | undefined;
  readonly properties: readonly (readonly [key: string, value: string, template: Template | undefined])[];
  readonly body: RuleBody;
  /** True where the body itself decides what exceptions mean; any other rule is skipped by one. */
  readonly handlesExceptions: boolean;
}
