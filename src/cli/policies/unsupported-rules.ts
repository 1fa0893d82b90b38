import type { PolicySpec } from "#api/kyverno/policy-spec.ts";

/**
 * What rules of a policy do that a scan cannot do yet although the policy's results depend on it: a mutation changes what
 * the rules after it see. Stable names, as the engine has them for what it lacks.
 */
export function unsupportedRules(spec: PolicySpec): readonly string[] {
  const rules = spec.rules ?? [];
  return rules.some((rule) => rule.generate !== undefined) ? ["generate"] : [];
}
