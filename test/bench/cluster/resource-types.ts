import type { ResourceType } from "#api/meta/resource-type.ts";

const typeOf = (
  group: string,
  version: string,
  kind: string,
  resource: string,
  namespaced: boolean,
): ResourceType => ({
  group,
  version,
  kind,
  resource,
  namespaced,
  preferred: true,
  verbs: ["create", "get", "list", "patch", "watch"],
});

export const namespaceType = typeOf("", "v1", "Namespace", "namespaces", false);
export const podType = typeOf("", "v1", "Pod", "pods", true);
export const eventType = typeOf("events.k8s.io", "v1", "Event", "events", true);
export const clusterPolicyType = typeOf("kyverno.io", "v1", "ClusterPolicy", "clusterpolicies", false);
/** In the version in which the corpus has them. */
export const validatingPolicyType = typeOf(
  "policies.kyverno.io",
  "v1alpha1",
  "ValidatingPolicy",
  "validatingpolicies",
  false,
);
export const policyReportType = typeOf("wgpolicyk8s.io", "v1alpha2", "PolicyReport", "policyreports", true);
export const configMapType = typeOf("", "v1", "ConfigMap", "configmaps", true);
export const clusterCleanupPolicyType = typeOf(
  "kyverno.io",
  "v2",
  "ClusterCleanupPolicy",
  "clustercleanuppolicies",
  false,
);
export const deletingPolicyType = typeOf(
  "policies.kyverno.io",
  "v1",
  "DeletingPolicy",
  "deletingpolicies",
  false,
);
