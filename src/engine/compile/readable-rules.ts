import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";
import type { PolicySpec } from "#api/kyverno/policy-spec.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { policyRules } from "../autogen/policy-rules.ts";
import type { PolicyRules } from "../autogen/policy-rules.ts";
import type { PolicyIdentity, PolicyProblem } from "../compiled-policy.ts";
import { compileAdmissionConditions } from "./admission-conditions.ts";
import type { AdmitsObject } from "./admission-conditions.ts";
import { isNestedDeeperThan } from "./nesting.ts";

/** A policy as far as it can be read: what every compiler of rules begins with. */
export interface ReadableRules {
  readonly identity: PolicyIdentity;
  /** Declared rules and those generated for pod controllers. A rule that is nested too deeply is its bare match. */
  readonly rules: PolicyRules;
  readonly problems: readonly PolicyProblem[];
  /** Present where the policy says itself, whatever its rules match, which objects it is for. */
  readonly admits?: AdmitsObject;
  /** Why a rule cannot be evaluated, where that is known before it is compiled. */
  readonly problemOf: (rule: Rule) => PolicyProblem | undefined;
}

const maxRuleDepth = 200;

/** Works out the rules of a policy and what keeps them from being evaluated. Never throws. */
export function readableRules(policy: ClusterPolicy | Policy): ReadableRules {
  const { spec, unreadable } = withoutDeepRules(policy);
  const conditions = compileAdmissionConditions(policy);
  const admits = typeof conditions === "function" ? { admits: conditions } : {};
  const policyProblem = typeof conditions === "object" ? conditions : undefined;
  return {
    identity: identityOf(policy),
    rules: policyRules(spec, policy.metadata.annotations ?? {}),
    problems: [...(policyProblem === undefined ? [] : [policyProblem]), ...unreadable.values()],
    ...admits,
    problemOf: (rule) => unreadable.get(rule) ?? policyProblem,
  };
}

function identityOf(policy: ClusterPolicy | Policy): PolicyIdentity {
  const name = policy.metadata.name ?? "";
  if (policy.kind === "ClusterPolicy") return { kind: policy.kind, name, key: name };
  const namespace = policy.metadata.namespace ?? "default";
  return { kind: policy.kind, name, namespace, key: `${namespace}/${name}` };
}

/** The spec with a bare match in place of each rule that is nested too deeply to be walked. */
function withoutDeepRules({ spec }: ClusterPolicy | Policy): {
  readonly spec: PolicySpec;
  readonly unreadable: ReadonlyMap<Rule, PolicyProblem>;
} {
  const unreadable = new Map<Rule, PolicyProblem>();
  const rules = (spec.rules ?? []).map((rule) => {
    if (!isNestedDeeperThan(rule, maxRuleDepth)) return rule;
    const { name, match } = rule;
    const bare: Rule = { name, match, ...emptyBody(rule) };
    unreadable.set(bare, { rule: name, message: `the rule is nested deeper than ${maxRuleDepth} levels` });
    return bare;
  });
  return { spec: unreadable.size === 0 ? spec : { ...spec, rules }, unreadable };
}

/** A body of the same type, so that the rule answers where it would have. */
function emptyBody(rule: Rule): Pick<Rule, "mutate" | "generate" | "validate"> {
  if (rule.validate !== undefined) return { validate: {} };
  if (rule.mutate !== undefined) return { mutate: {} };
  return rule.generate === undefined ? { validate: {} } : { generate: {} };
}
