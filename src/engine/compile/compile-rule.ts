import type { Rule } from "#api/kyverno/rule.ts";

import { BudgetExceeded } from "../budget.ts";
import type { PolicyProblem } from "../compiled-policy.ts";
import { compileContextEntry } from "../context/context-entry.ts";
import type { CompiledEntry } from "../context/context-entry.ts";
import { QueryError } from "../errors.ts";
import type { MatchResources } from "#api/kyverno/match.ts";
import { compileMatch } from "../match/match.ts";
import type { CompiledMatch } from "../match/match.ts";
import type { RuleType } from "../response.ts";
import type { CompiledRule, RuleBody } from "../validate/compiled-rule.ts";
import { compileTemplate } from "../variables/template.ts";
import { UnsupportedFeature, compileBody, isPodSecurity } from "./compile-body.ts";
import { compileConditionBlock } from "./condition-block.ts";

/** Where a rule's problems are written down. */
export type ProblemSink = (problem: PolicyProblem) => void;

/** The type under which a rule answers; undefined for one that does nothing. */
export function ruleTypeOf(rule: Rule): RuleType | undefined {
  if (rule.validate !== undefined) return "validate";
  if (rule.mutate !== undefined) return "mutate";
  if (rule.generate !== undefined) return "generate";
  return (rule.verifyImages ?? []).length > 0 ? "imageVerify" : undefined;
}

/** What a rule is compiled for. */
export interface RulePlace {
  readonly type: RuleType;
  readonly policyNamespace: string | undefined;
  /** Why the rule cannot be evaluated, where that is known before it is compiled. */
  readonly knownProblem: PolicyProblem | undefined;
  readonly report: ProblemSink;
}

/** Compiles what a rule does; throws as `compileBody` does. */
export type BodyCompiler = (rule: Rule, policyNamespace: string | undefined) => RuleBody;

/**
 * Compiles one rule. Never throws: parts that cannot be compiled are reported and make the rule answer with an `error`
 * for every object that it matches.
 */
export function compileRule(
  rule: Rule,
  place: RulePlace,
  compileOwnBody: BodyCompiler = compileBody,
): CompiledRule {
  const { name } = rule;
  const attempt = <T>(compile: () => T): T | PolicyProblem => {
    try {
      return compile();
    } catch (error) {
      const problem = problemOf(error, name);
      place.report(problem);
      return problem;
    }
  };
  const match = attempt(() => compileMatch(rule.match, rule.exclude));
  const context = attempt(() =>
    (rule.context ?? []).map((entry) => compileContextEntry(entry, place.policyNamespace)),
  );
  const preconditions = attempt(() => compileConditionBlock(rule.preconditions, "preconditions"));
  const body = place.knownProblem ?? attempt(() => compileOwnBody(rule, place.policyNamespace));
  const fatal = [match, context, preconditions].find(isProblem);
  return {
    name,
    type: place.type,
    matches: isProblem(match) ? matchKindsOnly(rule).matches : match.matches,
    context: isProblem(context) ? [] : context,
    preconditions: fatal !== undefined || isProblem(preconditions) ? undefined : preconditions,
    properties: Object.entries(rule.reportProperties ?? {}).map(([key, value]) => {
      const template = compileTemplate(value);
      return [key, value, template.constant ? undefined : template] as const;
    }),
    body: fatal !== undefined ? failingBody(fatal) : isProblem(body) ? failingBody(body) : body,
    handlesExceptions: fatal === undefined && !isProblem(body) && isPodSecurity(rule),
  };
}

function isProblem(
  value: PolicyProblem | CompiledMatch | readonly CompiledEntry[] | RuleBody | undefined | object,
): value is PolicyProblem {
  return typeof value === "object" && Object.hasOwn(value, "message");
}

/** A rule whose match cannot be compiled still has to say so where its kinds fit. */
function matchKindsOnly(rule: Rule): CompiledMatch {
  try {
    return compileMatch(onlyKinds(rule.match), undefined);
  } catch {
    return { matches: () => true };
  }
}

function onlyKinds(block: MatchResources): MatchResources {
  const filters = [block, ...(block.any ?? []), ...(block.all ?? [])].flatMap(({ resources }) =>
    resources?.kinds === undefined ? [] : [{ resources: { kinds: resources.kinds } }],
  );
  return { any: filters };
}

function failingBody({ message, unsupported }: PolicyProblem): RuleBody {
  return () => ({ status: "error", message, ...(unsupported === undefined ? {} : { unsupported }) });
}

/** What an exception of the compilers means for the rule. */
function problemOf(error: unknown, rule: string): PolicyProblem {
  if (error instanceof UnsupportedFeature) {
    return { rule, message: error.message, unsupported: error.feature };
  }
  if (error instanceof QueryError || error instanceof BudgetExceeded) return { rule, message: error.message };
  return { rule, message: `internal error: ${error instanceof Error ? error.message : String(error)}` };
}
