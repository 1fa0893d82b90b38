import type { QueryContext } from "../context/query-context.ts";
import type { MatchSubject } from "../match/subject.ts";
import type { CompiledExclusion } from "../podsecurity/exclusions.ts";

/** An exception that may keep rules from being applied to objects. */
export interface RuleException {
  /** `namespace/name` of the exception. */
  readonly key: string;
  /** Controls of pod security that it leaves out; where there are none it is for whole rules. */
  readonly podSecurity: readonly CompiledExclusion[];
  /** True where it covers this object; its conditions see the rule's context. May throw a `Suspension`. */
  applies(subject: MatchSubject, context: QueryContext): boolean;
}

/** The port through which exceptions reach the engine. */
export interface ExceptionSource {
  /** `policyKey` is `name` or `namespace/name`; `rule` is the rule's own name, generated ones included. */
  find(policyKey: string, rule: string): readonly RuleException[];
}

/** No exceptions at all. */
export const noExceptions: ExceptionSource = { find: () => [] };
