import type { PolicyIdentity } from "../compiled-policy.ts";
import type { PermissionScope } from "../context/context-source.ts";
import type { RuleResponse, RuleStatus, RuleType } from "../response.ts";

export type Respond = (
  /** Empty for the ordinary result of a policy without rules. */
  rule: string,
  status: RuleStatus,
  message: string,
  properties?: Readonly<Record<string, string>>,
) => RuleResponse;

/** Makes responses of policies that are not made of rules. */
export function ruleless(type: RuleType): Respond {
  return (rule, status, message, properties = {}) => ({ rule, type, status, message, properties });
}

/** Whose authority the calls of a policy run under. */
export function policyScope({ kind, name, namespace }: PolicyIdentity): PermissionScope {
  return {
    policyKind: kind,
    policyName: name,
    ...(namespace === undefined ? {} : { policyNamespace: namespace }),
  };
}
