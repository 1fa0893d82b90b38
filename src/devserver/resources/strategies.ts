import {
  defaultAdmissionBinding,
  defaultAdmissionPolicy,
  defaultAutoscaler,
  defaultBinding,
  defaultClaim,
  defaultCustomResourceDefinition,
  defaultEndpoints,
  defaultEndpointSlice,
  defaultLimitRange,
  defaultNetworkPolicy,
  defaultPriorityClass,
  defaultSecret,
  defaultService,
  defaultStorageClass,
  defaultVolume,
  defaultWebhooks,
} from "../builtin/defaults/others.ts";
import { defaultPod } from "../builtin/defaults/pod.ts";
import {
  defaultCronJob,
  defaultDaemonSet,
  defaultDeployment,
  defaultJob,
  defaultPodTemplate,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
} from "../builtin/defaults/workloads.ts";
import { kindsWithGeneration } from "../builtin/resource-table.ts";
import { validateBuiltin } from "../builtin/validation.ts";
import type { Draft } from "../json/json.ts";
import { prepareCreateOf, prepareUpdateOf } from "./preparations.ts";
import type { Strategy } from "./served-resource.ts";

const defaults: Readonly<Record<string, (draft: Draft) => void>> = {
  Pod: defaultPod,
  Deployment: defaultDeployment,
  ReplicaSet: defaultReplicaSet,
  ReplicationController: defaultReplicationController,
  StatefulSet: defaultStatefulSet,
  DaemonSet: defaultDaemonSet,
  Job: defaultJob,
  CronJob: defaultCronJob,
  PodTemplate: defaultPodTemplate,
  Service: defaultService,
  Secret: defaultSecret,
  NetworkPolicy: defaultNetworkPolicy,
  HorizontalPodAutoscaler: defaultAutoscaler,
  PersistentVolumeClaim: defaultClaim,
  PersistentVolume: defaultVolume,
  StorageClass: defaultStorageClass,
  RoleBinding: defaultBinding,
  ClusterRoleBinding: defaultBinding,
  Endpoints: defaultEndpoints,
  EndpointSlice: defaultEndpointSlice,
  PriorityClass: defaultPriorityClass,
  LimitRange: defaultLimitRange,
  ValidatingAdmissionPolicy: defaultAdmissionPolicy,
  MutatingAdmissionPolicy: defaultAdmissionPolicy,
  ValidatingAdmissionPolicyBinding: defaultAdmissionBinding,
  MutatingAdmissionPolicyBinding: defaultAdmissionBinding,
  ValidatingWebhookConfiguration: defaultWebhooks,
  MutatingWebhookConfiguration: defaultWebhooks,
  CustomResourceDefinition: defaultCustomResourceDefinition,
};

const returningDeleted: ReadonlySet<string> = new Set([
  "Pod",
  "Service",
  "PodTemplate",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "ResourceQuota",
  "ServiceAccount",
]);

const createdOnUpdate: ReadonlySet<string> = new Set(["Event", "Lease", "Endpoints", "LimitRange"]);

/** What is special about a built-in kind. */
export function strategyOf(kind: string): Strategy {
  const applyDefaults = defaults[kind];
  const prepareCreate = prepareCreateOf(kind);
  const prepareUpdate = prepareUpdateOf(kind);
  return {
    ...(applyDefaults === undefined ? {} : { applyDefaults }),
    ...(prepareCreate === undefined ? {} : { prepareCreate }),
    ...(prepareUpdate === undefined ? {} : { prepareUpdate }),
    validate: (object, old) => validateBuiltin(kind, object, old),
    hasGeneration: kindsWithGeneration.has(kind),
    returnsDeleted: returningDeleted.has(kind),
    needsResourceVersion: false,
    createsOnUpdate: createdOnUpdate.has(kind),
  };
}
