import type { JudgingPolicy } from "#engine/compile.ts";

/**
 * A policy as Kyverno's flag `forceFailurePolicyIgnore` has it: conditions of its own that cannot be evaluated do not
 * match, whatever `failurePolicy` says. Kinds whose failures are errors all the same, and those of the API server, stay
 * as they are.
 */
export function withForcedIgnore(policy: JudgingPolicy): JudgingPolicy {
  switch (policy.kind) {
    case "ValidatingPolicy":
    case "NamespacedValidatingPolicy":
      return { ...policy, spec: { ...policy.spec, failurePolicy: "Ignore" } };
    case "ImageValidatingPolicy":
    case "NamespacedImageValidatingPolicy":
      return { ...policy, spec: { ...policy.spec, failurePolicy: "Ignore" } };
    case "ClusterPolicy":
    case "Policy":
    case "MutatingPolicy":
    case "NamespacedMutatingPolicy":
    case "ValidatingAdmissionPolicy":
    case "MutatingAdmissionPolicy":
      return policy;
    default:
      return policy satisfies never;
  }
}
