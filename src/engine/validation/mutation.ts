import type { PolicySpec } from "#api/kyverno/policy-spec.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { isFilled, isSet } from "./report.ts";
import type { Report } from "./report.ts";

/** Reports what is wrong with the body of a mutate rule. */
export function reportMutation(
  rule: Rule,
  path: string,
  spec: PolicySpec,
  policyNamespace: string | undefined,
  report: Report,
): void {
  const { mutate } = rule;
  if (mutate === undefined || !isFilled(mutate)) return;
  const at = `${path}.mutate`;
  const existing = spec.mutateExistingOnPolicyUpdate === true || mutate.mutateExistingOnPolicyUpdate === true;
  if (existing && (mutate.targets ?? []).length === 0) {
    const index = path.replace(/^spec\./, "");
    report(
      "spec.mutateExistingOnPolicyUpdate",
      `${index}.mutate.targets has to be specified when mutateExistingOnPolicyUpdate is set`,
    );
  }
  for (const [index, { namespace = "" }] of (mutate.targets ?? []).entries()) {
    if (policyNamespace === undefined || namespace === "" || namespace === policyNamespace) continue;
    report(
      `${at}.targets[${index}].namespace`,
      "This field can be ignored or should have value of the namespace where the policy is being created",
    );
  }
  const merge = isSet(mutate.patchStrategicMerge);
  const patch = (mutate.patchesJson6902 ?? "") !== "";
  if ((mutate.foreach ?? []).length > 0 && (merge || patch)) {
    report(at, "only one of `foreach`, `patchStrategicMerge`, or `patchesJson6902` is allowed");
  } else if (merge && patch) {
    report(at, "only one of `patchStrategicMerge` or `patchesJson6902` is allowed");
  }
}
