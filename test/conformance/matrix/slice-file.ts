import type { Rule } from "#api/kyverno/rule.ts";
import { rulePolicyOf } from "#cli/policies/decode-policy.ts";
import type { LoadedPolicies } from "#cli/policies/load-policies.ts";

/**
 * True for a policy file whose rules are only pattern, anyPattern or deny, without context: what has to agree with the
 * records in full.
 */
export function isSliceFile({ policies, problems }: LoadedPolicies): boolean {
  return (
    problems.length === 0 &&
    policies.length > 0 &&
    policies.every((policy) => rulePolicyOf(policy)?.spec.rules?.every(isSliceRule) ?? false)
  );
}

function isSliceRule({ validate, context }: Rule): boolean {
  if (validate === undefined || context !== undefined) return false;
  return validate.pattern !== undefined || validate.anyPattern !== undefined || validate.deny !== undefined;
}
