import type { JsonObject } from "../json/json.ts";

const read = ["get", "list", "watch"];
const write = ["create", "delete", "deletecollection", "patch", "update"];
const prefix = "rbac.authorization.k8s.io/aggregate-to-";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const rule = (group: string, resources: readonly string[], verbs: readonly string[]): Rule => ({
  apiGroups: [group],
  resources,
  verbs,
});

/** What those who work in a namespace see, by group. */
const visible: readonly (readonly [string, readonly string[]])[] = [
  [
    "",
    [
      "configmaps",
      "endpoints",
      "persistentvolumeclaims",
      "pods",
      "replicationcontrollers",
      "serviceaccounts",
      "services",
    ],
  ],
  ["apps", ["daemonsets", "deployments", "replicasets", "statefulsets"]],
  ["autoscaling", ["horizontalpodautoscalers"]],
  ["batch", ["cronjobs", "jobs"]],
  ["discovery.k8s.io", ["endpointslices"]],
  ["networking.k8s.io", ["ingresses", "networkpolicies"]],
  ["policy", ["poddisruptionbudgets"]],
];

const viewRules: readonly Rule[] = [
  ...visible.map(([group, resources]) => rule(group, resources, read)),
  rule("", ["events", "limitranges", "namespaces", "pods/log", "pods/status", "resourcequotas"], read),
  rule("apps", ["controllerrevisions"], read),
];

const editRules: readonly Rule[] = [
  ...visible.map(([group, resources]) => rule(group, resources, write)),
  rule("", ["secrets"], [...read, ...write]),
  rule("", ["pods/eviction", "serviceaccounts/token"], ["create"]),
  rule("apps", ["deployments/scale", "replicasets/scale", "statefulsets/scale"], [...read, ...write]),
];

const adminRules: readonly Rule[] = [
  rule("rbac.authorization.k8s.io", ["rolebindings", "roles"], [...read, ...write]),
  rule("authorization.k8s.io", ["localsubjectaccessreviews"], ["create"]),
];

function aggregated(name: string, into: string | undefined): JsonObject {
  return {
    metadata: { name, labels: into === undefined ? {} : { [`${prefix}${into}`]: "true" } },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [`${prefix}${name}`]: "true" } }] },
    rules: [],
  };
}

function contribution(to: string, rules: readonly Rule[]): JsonObject {
  return { metadata: { name: `system:aggregate-to-${to}`, labels: { [`${prefix}${to}`]: "true" } }, rules };
}

/** The roles that people bind to on every cluster: `cluster-admin`, and `admin`, `edit` and `view`, which aggregate. */
export const seededClusterRoles: readonly JsonObject[] = [
  {
    metadata: { name: "cluster-admin", labels: {} },
    rules: [rule("*", ["*"], ["*"]), { nonResourceURLs: ["*"], verbs: ["*"] }],
  },
  aggregated("admin", undefined),
  aggregated("edit", "admin"),
  aggregated("view", "edit"),
  contribution("admin", adminRules),
  contribution("edit", editRules),
  contribution("view", viewRules),
];
