/**
 * How the lists of an object merge: what a strategic merge patch knows of the built-in kinds. It is the knowledge of
 * Kubernetes 1.21.2 on purpose, because Kyverno's merge library carries that version: a list that got its keys later, and
 * every list of a custom resource, is replaced as a whole.
 */
export interface MergeSchema {
  /** For a list: the fields that tell its elements apart; none at all means that elements are told apart by value. */
  readonly mergeKeys?: readonly string[];
  /** Fields of the object, or of the elements of the list, that lead to lists that merge. */
  readonly fields?: Readonly<Record<string, MergeSchema>>;
}

function by(keys: string, fields: Readonly<Record<string, MergeSchema>> = {}): MergeSchema {
  return { mergeKeys: keys.split(" "), fields };
}

function within(fields: Readonly<Record<string, MergeSchema>>): MergeSchema {
  return { fields };
}

const byValue: MergeSchema = { mergeKeys: [] };
const metadata = within({ finalizers: byValue, ownerReferences: by("uid") });
const plain = within({ metadata });

const ephemeralContainer = {
  env: by("name"),
  volumeDevices: by("devicePath"),
  volumeMounts: by("mountPath"),
};
const container = { ...ephemeralContainer, ports: by("containerPort protocol") };
const claimTemplate = within({ metadata });
const volume = { ephemeral: within({ volumeClaimTemplate: claimTemplate }) };
const podSpec = within({
  containers: by("name", container),
  ephemeralContainers: by("name", ephemeralContainer),
  hostAliases: by("ip"),
  imagePullSecrets: by("name"),
  initContainers: by("name", container),
  topologySpreadConstraints: by("topologyKey whenUnsatisfiable"),
  volumes: by("name", volume),
});
const template = within({ metadata, spec: podSpec });
const conditions = within({ conditions: by("type") });
const workload = within({ metadata, spec: within({ template }), status: conditions });
const cronJob = within({
  metadata,
  spec: within({ jobTemplate: within({ metadata, spec: within({ template }) }) }),
});
const webhooks = within({ metadata, webhooks: by("name") });
const withConditions = within({ metadata, status: conditions });
const csiNode = within({ metadata, spec: within({ drivers: by("name") }) });

/** Kinds with lists of their own, by apiVersion and kind. */
const special: Readonly<Record<string, Readonly<Record<string, MergeSchema>>>> = {
  v1: {
    ComponentStatus: within({ metadata, conditions: by("type") }),
    Namespace: withConditions,
    Node: within({
      metadata,
      spec: within({ podCIDRs: byValue }),
      status: within({ addresses: by("type"), conditions: by("type") }),
    }),
    PersistentVolumeClaim: withConditions,
    Pod: within({
      metadata,
      spec: podSpec,
      status: within({ conditions: by("type"), podIPs: by("ip") }),
    }),
    PodTemplate: within({ metadata, template }),
    ReplicationController: workload,
    Service: within({
      metadata,
      spec: within({ ports: by("port protocol") }),
      status: conditions,
    }),
    ServiceAccount: within({ metadata, secrets: by("name") }),
  },
  "admissionregistration.k8s.io/v1": {
    MutatingWebhookConfiguration: webhooks,
    ValidatingWebhookConfiguration: webhooks,
  },
  "admissionregistration.k8s.io/v1beta1": {
    MutatingWebhookConfiguration: webhooks,
    ValidatingWebhookConfiguration: webhooks,
  },
  "apiregistration.k8s.io/v1": { APIService: withConditions },
  "apiregistration.k8s.io/v1beta1": { APIService: withConditions },
  "apps/v1": { DaemonSet: workload, Deployment: workload, ReplicaSet: workload, StatefulSet: workload },
  "batch/v1": { CronJob: cronJob, Job: workload },
  "batch/v1beta1": { CronJob: cronJob },
  "policy/v1": { PodDisruptionBudget: withConditions },
  "policy/v1beta1": { PodDisruptionBudget: withConditions },
  "storage.k8s.io/v1": { CSINode: csiNode },
  "storage.k8s.io/v1beta1": { CSINode: csiNode },
};

/** Kinds of which only the metadata has lists that merge. */
const others: Readonly<Record<string, string>> = {
  v1: "Binding ConfigMap Endpoints Event LimitRange PersistentVolume ResourceQuota Secret",
  "apiextensions.k8s.io/v1": "CustomResourceDefinition",
  "apiextensions.k8s.io/v1beta1": "CustomResourceDefinition",
  "apps/v1": "ControllerRevision",
  "authentication.k8s.io/v1": "TokenRequest TokenReview",
  "authentication.k8s.io/v1beta1": "TokenReview",
  "authorization.k8s.io/v1":
    "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
  "authorization.k8s.io/v1beta1":
    "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
  "autoscaling/v1": "HorizontalPodAutoscaler Scale",
  "autoscaling/v2beta1": "HorizontalPodAutoscaler",
  "autoscaling/v2beta2": "HorizontalPodAutoscaler",
  "certificates.k8s.io/v1": "CertificateSigningRequest",
  "certificates.k8s.io/v1beta1": "CertificateSigningRequest",
  "coordination.k8s.io/v1": "Lease",
  "coordination.k8s.io/v1beta1": "Lease",
  "discovery.k8s.io/v1": "EndpointSlice",
  "discovery.k8s.io/v1beta1": "EndpointSlice",
  "events.k8s.io/v1": "Event",
  "events.k8s.io/v1beta1": "Event",
  "extensions/v1beta1": "Ingress",
  "flowcontrol.apiserver.k8s.io/v1beta1": "FlowSchema PriorityLevelConfiguration",
  "networking.k8s.io/v1": "Ingress IngressClass NetworkPolicy",
  "networking.k8s.io/v1beta1": "Ingress IngressClass",
  "node.k8s.io/v1": "RuntimeClass",
  "node.k8s.io/v1beta1": "RuntimeClass",
  "policy/v1beta1": "Eviction PodSecurityPolicy",
  "rbac.authorization.k8s.io/v1": "ClusterRole ClusterRoleBinding Role RoleBinding",
  "rbac.authorization.k8s.io/v1beta1": "ClusterRole ClusterRoleBinding Role RoleBinding",
  "scheduling.k8s.io/v1": "PriorityClass",
  "scheduling.k8s.io/v1beta1": "PriorityClass",
  "storage.k8s.io/v1": "CSIDriver StorageClass VolumeAttachment",
  "storage.k8s.io/v1beta1": "CSIDriver CSIStorageCapacity StorageClass VolumeAttachment",
};

const schemas: ReadonlyMap<string, MergeSchema> = new Map([
  ...Object.entries(others).flatMap(([apiVersion, kinds]) =>
    kinds.split(" ").map((kind) => [`${apiVersion} ${kind}`, plain] as const),
  ),
  ...Object.entries(special).flatMap(([apiVersion, kinds]) =>
    Object.entries(kinds).map(([kind, schema]) => [`${apiVersion} ${kind}`, schema] as const),
  ),
]);

/** What is known of a kind; undefined for custom resources and for kinds that are younger than the table. */
export function mergeSchemaOf(apiVersion: string, kind: string): MergeSchema | undefined {
  return schemas.get(`${apiVersion} ${kind}`);
}

/** The schema of a field, or of the elements' field where `schema` is that of a list. */
export function fieldSchema(schema: MergeSchema | undefined, field: string): MergeSchema | undefined {
  const fields = schema?.fields;
  return fields !== undefined && Object.hasOwn(fields, field) ? fields[field] : undefined;
}
