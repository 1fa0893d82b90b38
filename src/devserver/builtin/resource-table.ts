/**
 * The built-in resources that are served: one line each,
 * `resource Kind Namespaced|Cluster shortNames categories subresources`, `-` for none, in the order of the API server's
 * preference for groups. Resources that only take a question (`create`) stand in `reviews`.
 */
export const resourceTable = `
v1
configmaps ConfigMap Namespaced cm - -
endpoints Endpoints Namespaced ep - -
events Event Namespaced ev - -
limitranges LimitRange Namespaced limits - -
namespaces Namespace Cluster ns - finalize,status
nodes Node Cluster no - status
persistentvolumeclaims PersistentVolumeClaim Namespaced pvc - status
persistentvolumes PersistentVolume Cluster pv - status
pods Pod Namespaced po all binding,ephemeralcontainers,eviction,status
podtemplates PodTemplate Namespaced - - -
replicationcontrollers ReplicationController Namespaced rc all scale,status
resourcequotas ResourceQuota Namespaced quota - status
secrets Secret Namespaced - - -
serviceaccounts ServiceAccount Namespaced sa - token
services Service Namespaced svc all status
apiregistration.k8s.io/v1
apiservices APIService Cluster - api-extensions status
apps/v1
controllerrevisions ControllerRevision Namespaced - - -
daemonsets DaemonSet Namespaced ds all status
deployments Deployment Namespaced deploy all scale,status
replicasets ReplicaSet Namespaced rs all scale,status
statefulsets StatefulSet Namespaced sts all scale,status
events.k8s.io/v1
events Event Namespaced ev - -
autoscaling/v2
horizontalpodautoscalers HorizontalPodAutoscaler Namespaced hpa all status
autoscaling/v1
horizontalpodautoscalers HorizontalPodAutoscaler Namespaced hpa all status
batch/v1
cronjobs CronJob Namespaced cj all status
jobs Job Namespaced - all status
networking.k8s.io/v1
ingressclasses IngressClass Cluster - - -
ingresses Ingress Namespaced ing - status
networkpolicies NetworkPolicy Namespaced netpol - -
policy/v1
poddisruptionbudgets PodDisruptionBudget Namespaced pdb - status
rbac.authorization.k8s.io/v1
clusterrolebindings ClusterRoleBinding Cluster - - -
clusterroles ClusterRole Cluster - - -
rolebindings RoleBinding Namespaced - - -
roles Role Namespaced - - -
storage.k8s.io/v1
csidrivers CSIDriver Cluster - - -
storageclasses StorageClass Cluster sc - -
volumeattachments VolumeAttachment Cluster - - status
admissionregistration.k8s.io/v1
mutatingadmissionpolicies MutatingAdmissionPolicy Cluster - api-extensions -
mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding Cluster - api-extensions -
mutatingwebhookconfigurations MutatingWebhookConfiguration Cluster - api-extensions -
validatingadmissionpolicies ValidatingAdmissionPolicy Cluster - api-extensions status
validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding Cluster - api-extensions -
validatingwebhookconfigurations ValidatingWebhookConfiguration Cluster - api-extensions -
apiextensions.k8s.io/v1
customresourcedefinitions CustomResourceDefinition Cluster crd,crds api-extensions status
scheduling.k8s.io/v1
priorityclasses PriorityClass Cluster pc - -
coordination.k8s.io/v1
leases Lease Namespaced - - -
node.k8s.io/v1
runtimeclasses RuntimeClass Cluster - - -
discovery.k8s.io/v1
endpointslices EndpointSlice Namespaced - - -
`;

/** Resources that answer a question and store nothing. */
export const reviewTable = `
authentication.k8s.io/v1
selfsubjectreviews SelfSubjectReview Cluster
tokenreviews TokenReview Cluster
authorization.k8s.io/v1
localsubjectaccessreviews LocalSubjectAccessReview Namespaced
selfsubjectaccessreviews SelfSubjectAccessReview Cluster
selfsubjectrulesreviews SelfSubjectRulesReview Cluster
subjectaccessreviews SubjectAccessReview Cluster
`;

/** Where two versions or groups show the same stored objects: served as … kept as …. */
export const storedElsewhere: Readonly<Record<string, string>> = {
  "events.k8s.io/v1/events": "v1/events",
  "autoscaling/v1/horizontalpodautoscalers": "autoscaling/v2/horizontalpodautoscalers",
};

/** Kinds whose `metadata.generation` counts changes of what is wanted. */
export const kindsWithGeneration: ReadonlySet<string> = new Set([
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "DaemonSet",
  "ReplicationController",
  "Job",
  "CronJob",
  "Ingress",
  "IngressClass",
  "NetworkPolicy",
  "PodDisruptionBudget",
  "Pod",
  "PodTemplate",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
  "CustomResourceDefinition",
  "PriorityClass",
  "EndpointSlice",
]);
