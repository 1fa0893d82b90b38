import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";
import type { JudgingPolicy } from "#engine/compile.ts";
import type { CompiledPolicy } from "#engine/compiled-policy.ts";

const enabledLabel = "reports.kyverno.io/enabled";

/** Why a policy takes no part in scans, for people; undefined where it does. */
export function idleReason(policy: JudgingPolicy, compiled: CompiledPolicy): string | undefined {
  if (compiled.disabledForReports) return "the label reports.kyverno.io/disabled keeps it out of reports";
  const own = ownReason(policy, compiled);
  if (own !== undefined) return own;
  return compiled.selectors.length === 0 ? "it has no rule that a scan evaluates" : undefined;
}

function ownReason(policy: JudgingPolicy, compiled: CompiledPolicy): string | undefined {
  switch (policy.kind) {
    case "ClusterPolicy":
    case "Policy":
      return rulesReason(policy, compiled);
    case "ValidatingPolicy":
    case "NamespacedValidatingPolicy":
    case "ImageValidatingPolicy":
    case "NamespacedImageValidatingPolicy":
    case "MutatingPolicy":
    case "NamespacedMutatingPolicy": {
      const mode = policy.spec.evaluation?.mode ?? "Kubernetes";
      if (mode !== "Kubernetes") return `spec.evaluation.mode ${mode} is not for objects of the cluster`;
      if (!compiled.background) return "spec.evaluation.background.enabled is false";
      if (compiled.backgroundProblem !== undefined) return compiled.backgroundProblem;
      return isGenerated(policy) ? "an admission policy of the API server was generated from it" : undefined;
    }
    case "ValidatingAdmissionPolicy":
    case "MutatingAdmissionPolicy":
      return policy.metadata.labels?.[enabledLabel] === "true"
        ? undefined
        : `it has no label ${enabledLabel}=true, so that reports leave it out`;
    default:
      return policy satisfies never;
  }
}

function rulesReason(policy: ClusterPolicy | Policy, compiled: CompiledPolicy): string | undefined {
  if (!compiled.background) return "spec.background is false";
  if (compiled.backgroundProblem !== undefined) return compiled.backgroundProblem;
  return isGenerated(policy) ? "a ValidatingAdmissionPolicy was generated from it" : undefined;
}

/** True where an admission policy of the API server reports in the policy's place. */
export function isGenerated(policy: JudgingPolicy): boolean {
  switch (policy.kind) {
    case "ClusterPolicy":
    case "Policy":
      return policy.status?.validatingadmissionpolicy?.generated === true;
    case "ValidatingPolicy":
    case "MutatingPolicy":
      return policy.status?.generated === true;
    case "NamespacedValidatingPolicy":
    case "ImageValidatingPolicy":
    case "NamespacedImageValidatingPolicy":
    case "NamespacedMutatingPolicy":
    case "ValidatingAdmissionPolicy":
    case "MutatingAdmissionPolicy":
      return false;
    default:
      return policy satisfies never;
  }
}

/** `enforce` where a violation would be denied at admission. */
export function declaredAction(policy: JudgingPolicy): "enforce" | "audit" {
  switch (policy.kind) {
    case "ClusterPolicy":
    case "Policy": {
      const rules = (policy.spec.rules ?? []).map((rule) => rule.validate?.failureAction);
      const actions = [policy.spec.validationFailureAction, ...rules];
      return actions.some((action) => action?.toLowerCase() === "enforce") ? "enforce" : "audit";
    }
    case "ValidatingPolicy":
    case "NamespacedValidatingPolicy":
    case "ImageValidatingPolicy":
    case "NamespacedImageValidatingPolicy":
      return (policy.spec.validationActions ?? ["Deny"]).includes("Deny") ? "enforce" : "audit";
    case "MutatingPolicy":
    case "NamespacedMutatingPolicy":
    case "ValidatingAdmissionPolicy":
    case "MutatingAdmissionPolicy":
      return "enforce";
    default:
      return policy satisfies never;
  }
}
