import type { PolicyException } from "#api/kyverno/exception.ts";

import { BudgetExceeded } from "../budget.ts";
import { expressionUse } from "../compile/expressions.ts";
import { compileConditions, evaluateConditions } from "../conditions/conditions.ts";
import type { QueryContext } from "../context/query-context.ts";
import { QueryError } from "../errors.ts";
import { compileExclusion } from "../podsecurity/exclusions.ts";
import type { Json } from "../values/json.ts";
import { compileWildcard } from "../values/wildcard.ts";
import { compileTemplate } from "../variables/template.ts";
import { compileExceptionMatch } from "./exception-match.ts";
import type { RuleException } from "./exception-source.ts";

/** What, besides the object's metadata and spec, an exception looks at. */
export interface ExceptionInputs {
  /** The labels of Namespaces. */
  readonly usesNamespaceLabels: boolean;
  /** The status of objects. */
  readonly readsStatus: boolean;
  /** Time or random values, so that its answer changes although nothing that is watched does. */
  readonly needsRescan: boolean;
}

/** `namespace/name` of an exception. */
export function exceptionKey({ metadata }: PolicyException): string {
  const { name = "", namespace = "" } = metadata;
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** An exception ready to be asked. */
export interface CompiledException {
  readonly namespace: string;
  readonly name: string;
  /** `namespace/name`. */
  readonly key: string;
  /** The policies that it names, as `name` or `namespace/name`, each once. */
  readonly policies: readonly string[];
  readonly inputs: ExceptionInputs;
  /** Why it cannot be evaluated; it then covers nothing. */
  readonly problem?: string;
  readonly exception: RuleException;
  /** True where it is for this rule of this policy. */
  concerns(policyKey: string, rule: string): boolean;
}

/**
 * Compiles an exception. Never throws: one that cannot be compiled covers nothing, and `problem` says why. So does one
 * whose conditions cannot be evaluated for an object, for that object.
 */
export function compileException(document: PolicyException): CompiledException {
  const { spec, metadata } = document;
  const key = exceptionKey(document);
  const compiled = attempt(() => compileParts(document, key));
  const problem = "problem" in compiled ? compiled.problem : undefined;
  const parts = "problem" in compiled ? uncovering(key) : compiled;
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name ?? "",
    key,
    policies: [...new Set(spec.exceptions.map(({ policyName }) => policyName))],
    inputs: inputsOf(spec),
    ...(problem === undefined ? {} : { problem }),
    ...parts,
  };
}

type Parts = Pick<CompiledException, "exception" | "concerns">;

function compileParts({ spec }: PolicyException, key: string): Parts {
  const covers = compileExceptionMatch(spec.match);
  const holds = compileExceptionConditions(spec.conditions);
  const rulesOf = Map.groupBy(
    spec.exceptions.flatMap(({ policyName, ruleNames }) =>
      ruleNames.map((pattern) => ({ policyName, matches: compileWildcard(pattern) })),
    ),
    ({ policyName }) => policyName,
  );
  return {
    exception: {
      key,
      podSecurity: (spec.podSecurity ?? []).map(compileExclusion),
      applies: (subject, context) => covers(subject) && holds(context),
    },
    concerns: (policyKey, rule) => rulesOf.get(policyKey)?.some(({ matches }) => matches(rule)) ?? false,
  };
}

function uncovering(key: string): Parts {
  return { exception: { key, podSecurity: [], applies: () => false }, concerns: () => false };
}

/** All of `all` and, where there are any, one of `any`. Conditions that cannot be evaluated do not hold. */
function compileExceptionConditions(
  conditions: PolicyException["spec"]["conditions"],
): (context: QueryContext) => boolean {
  const lists = [{ all: conditions?.all ?? [] }, { any: conditions?.any ?? [] }]
    .filter((list) => Object.values(list).some((members) => members.length > 0))
    .map((list) => compileConditions(list as Json, compileTemplate));
  if (lists.length === 0) return () => true;
  return (context) => {
    try {
      return lists.every((list) => evaluateConditions(list, context).met);
    } catch (error) {
      if (error instanceof QueryError) return false;
      throw error;
    }
  };
}

function inputsOf({ match, conditions }: PolicyException["spec"]): ExceptionInputs {
  const { readsStatus, usesTimeOrRandom } = expressionUse(conditions ?? {});
  const filters = [...(match.any ?? []), ...(match.all ?? [])];
  return {
    usesNamespaceLabels: filters.some(({ resources }) => resources?.namespaceSelector !== undefined),
    readsStatus,
    needsRescan: usesTimeOrRandom,
  };
}

function attempt<T>(compile: () => T): T | { readonly problem: string } {
  try {
    return compile();
  } catch (error) {
    if (error instanceof QueryError || error instanceof BudgetExceeded) return { problem: error.message };
    return { problem: `internal error: ${error instanceof Error ? error.message : String(error)}` };
  }
}
