/** The plural under which the API serves a kind, by the rule that Kubernetes tools guess with. */
export function resourceNameOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name.endsWith("s")) return name === "endpoints" ? name : `${name}es`;
  if (name.endsWith("y")) return `${name.slice(0, -1)}ies`;
  return `${name}s`;
}

/** Kinds of several words, which their plural does not tell. */
const compoundKinds = [
  "ClusterRole",
  "ClusterRoleBinding",
  "ConfigMap",
  "CronJob",
  "CustomResourceDefinition",
  "DaemonSet",
  "EndpointSlice",
  "HorizontalPodAutoscaler",
  "IngressClass",
  "LimitRange",
  "NetworkPolicy",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "PodDisruptionBudget",
  "PriorityClass",
  "ReplicaSet",
  "ResourceQuota",
  "RoleBinding",
  "ServiceAccount",
  "StatefulSet",
  "StorageClass",
] as const;
const kinds: ReadonlyMap<string, string> = new Map(compoundKinds.map((kind) => [resourceNameOf(kind), kind]));

/** The kind that a plural most likely stands for; only messages depend on it. */
export function kindNameOf(resource: string): string {
  const known = kinds.get(resource);
  if (known !== undefined) return known;
  const singular = resource
    .replace(/ies$/, "y")
    .replace(/sses$/, "ss")
    .replace(/(?<!s)s$/, "");
  return singular.charAt(0).toUpperCase() + singular.slice(1);
}
