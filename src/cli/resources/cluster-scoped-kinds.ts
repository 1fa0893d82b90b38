import { customKinds } from "#api/kinds.ts";
import { splitApiVersion } from "#api/meta/resource-type.ts";

/** Kinds of Kubernetes itself that have no namespace, by API group. */
const builtIn: Readonly<Record<string, readonly string[]>> = {
  "": ["ComponentStatus", "Namespace", "Node", "PersistentVolume"],
  "admissionregistration.k8s.io": [
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
  ],
  "apiextensions.k8s.io": ["CustomResourceDefinition"],
  "apiregistration.k8s.io": ["APIService"],
  "authentication.k8s.io": ["SelfSubjectReview", "TokenReview"],
  "authorization.k8s.io": ["SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"],
  "certificates.k8s.io": ["CertificateSigningRequest", "ClusterTrustBundle"],
  "flowcontrol.apiserver.k8s.io": ["FlowSchema", "PriorityLevelConfiguration"],
  "internal.apiserver.k8s.io": ["StorageVersion"],
  "networking.k8s.io": ["IngressClass", "IPAddress", "ServiceCIDR"],
  "node.k8s.io": ["RuntimeClass"],
  policy: ["PodSecurityPolicy"],
  "rbac.authorization.k8s.io": ["ClusterRole", "ClusterRoleBinding"],
  "resource.k8s.io": ["DeviceClass", "DeviceTaintRule", "ResourceSlice"],
  "scheduling.k8s.io": ["PriorityClass"],
  "storage.k8s.io": ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"],
  "storagemigration.k8s.io": ["StorageVersionMigration"],
};

const clusterScoped: ReadonlySet<string> = new Set([
  ...Object.entries(builtIn).flatMap(([group, kinds]) => kinds.map((kind) => `${group}/${kind}`)),
  ...customKinds.filter(({ scope }) => scope === "Cluster").map(({ group, kind }) => `${group}/${kind}`),
]);

/** True for kinds that are known to have no namespace; what is not known counts as namespaced. */
export function isClusterScoped(apiVersion: string, kind: string): boolean {
  return clusterScoped.has(`${splitApiVersion(apiVersion).group}/${kind}`);
}
