import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { compileRule } from "../compile/compile-rule.ts";
import { readableRules } from "../compile/readable-rules.ts";
import type { PolicyProblem } from "../compiled-policy.ts";
import { QueryCache } from "../context/query-cache.ts";
import type { RuleBody } from "../validate/compiled-rule.ts";
import type { CompiledMutation, CompiledMutations } from "./compiled-mutations.ts";
import { compileMutationBody } from "./mutation-body.ts";
import type { MutationBody } from "./mutation-body.ts";
import { compileTarget } from "./mutation-target.ts";
import type { CompiledTarget } from "./mutation-target.ts";

/**
 * Compiles the mutate rules of a policy, once per content. Never throws: what cannot be compiled is in `problems`, and the
 * rules concerned answer with an `error` for the objects that they match; the others work.
 */
export function compileMutations(policy: ClusterPolicy | Policy): CompiledMutations {
  const { identity, rules, problems, problemOf, admits } = readableRules(policy);
  const found: PolicyProblem[] = [...problems];
  const compileOne = (rule: Rule): CompiledMutation =>
    compileMutation(rule, {
      policyNamespace: identity.namespace,
      knownProblem: problemOf(rule),
      report: (problem) => found.push(problem),
    });
  const compiled = rules.all.filter((rule) => rule.mutate !== undefined).map(compileOne);
  return {
    identity,
    ...(admits === undefined ? {} : { admits }),
    problems: found,
    rules: compiled,
    applyOne: policy.spec.applyRules === "One",
    queries: new QueryCache(),
  };
}

interface MutationPlace {
  readonly policyNamespace: string | undefined;
  readonly knownProblem: PolicyProblem | undefined;
  readonly report: (problem: PolicyProblem) => void;
}

/** Stands for the body of a rule that has no problem. */
const carriedOut: RuleBody = () => undefined;

function compileMutation(rule: Rule, place: MutationPlace): CompiledMutation {
  let body: MutationBody | undefined;
  let targets: readonly CompiledTarget[] | undefined;
  const compiled = compileRule(rule, { ...place, type: "mutate" }, (declared, policyNamespace) => {
    body = compileMutationBody(declared, policyNamespace);
    targets = declared.mutate?.targets?.map((target) => compileTarget(target, policyNamespace));
    return carriedOut;
  });
  // A rule with targets never changes the object at hand, not even where it cannot be carried out.
  const existing = rule.mutate?.targets === undefined ? undefined : (targets ?? []);
  return { rule: compiled, body: compiled.body === carriedOut ? body : undefined, targets: existing };
}
