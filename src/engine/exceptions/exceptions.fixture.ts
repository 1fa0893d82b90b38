import type { PolicyException } from "#api/kyverno/exception.ts";

/** An exception `shop/<name>` for pods and the rule `r` of the policy `p`. */
export function exception(
  name: string,
  spec: Partial<PolicyException["spec"]> = {},
  metadata: Partial<PolicyException["metadata"]> = {},
): PolicyException {
  return {
    apiVersion: "kyverno.io/v2",
    kind: "PolicyException",
    metadata: { name, namespace: "shop", ...metadata },
    spec: {
      exceptions: [{ policyName: "p", ruleNames: ["r"] }],
      match: { any: [{ resources: { kinds: ["Pod"] } }] },
      ...spec,
    },
  };
}
