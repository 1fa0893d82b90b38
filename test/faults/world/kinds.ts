import type { ResourceType } from "#api/meta/resource-type.ts";

const typeOf = (
  group: string,
  version: string,
  kind: string,
  resource: string,
  namespaced = true,
): ResourceType => ({
  group,
  version,
  kind,
  resource,
  namespaced,
  preferred: true,
  verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
});

export const kinds = {
  namespace: typeOf("", "v1", "Namespace", "namespaces", false),
  pod: typeOf("", "v1", "Pod", "pods"),
  configMap: typeOf("", "v1", "ConfigMap", "configmaps"),
  deployment: typeOf("apps", "v1", "Deployment", "deployments"),
  replicaSet: typeOf("apps", "v1", "ReplicaSet", "replicasets"),
  daemonSet: typeOf("apps", "v1", "DaemonSet", "daemonsets"),
  statefulSet: typeOf("apps", "v1", "StatefulSet", "statefulsets"),
  job: typeOf("batch", "v1", "Job", "jobs"),
  cronJob: typeOf("batch", "v1", "CronJob", "cronjobs"),
  widget: typeOf("faults.example.com", "v1", "Widget", "widgets"),
  crd: typeOf("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", false),
  clusterPolicy: typeOf("kyverno.io", "v1", "ClusterPolicy", "clusterpolicies", false),
  policy: typeOf("kyverno.io", "v1", "Policy", "policies"),
  report: typeOf("wgpolicyk8s.io", "v1alpha2", "PolicyReport", "policyreports"),
  clusterReport: typeOf("wgpolicyk8s.io", "v1alpha2", "ClusterPolicyReport", "clusterpolicyreports", false),
  clusterRole: typeOf("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", false),
  lease: typeOf("coordination.k8s.io", "v1", "Lease", "leases"),
} as const;

/** What the policies of the world judge. */
export const judgedKinds: readonly ResourceType[] = [
  kinds.namespace,
  kinds.pod,
  kinds.configMap,
  kinds.deployment,
  kinds.replicaSet,
  kinds.daemonSet,
  kinds.statefulSet,
  kinds.job,
  kinds.cronJob,
  kinds.widget,
];
