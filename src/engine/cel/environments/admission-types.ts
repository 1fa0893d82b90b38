import type { StructType } from "../compile/environment.ts";
import {
  boolType,
  dynType,
  intType,
  listOf,
  mapOf,
  namedType,
  stringType,
  timestampType,
} from "../types/cel-type.ts";
import type { CelType } from "../types/cel-type.ts";

/** A type whose fields are all known. */
export function structType(name: string, fields: Readonly<Record<string, CelType>>): StructType {
  return { name, fieldType: (field) => (Object.hasOwn(fields, field) ? fields[field] : undefined) };
}

const strings = listOf(stringType);
const versioned = { group: stringType, version: stringType };
const kindReference = structType("kubernetes.GroupVersionKind", { ...versioned, kind: stringType });
const resourceReference = structType("kubernetes.GroupVersionResource", {
  ...versioned,
  resource: stringType,
});
const userInfo = structType("kubernetes.UserInfo", {
  username: stringType,
  uid: stringType,
  groups: strings,
  extra: mapOf(stringType, strings),
});

const requestFields: Readonly<Record<string, CelType>> = {
  kind: namedType(kindReference.name),
  resource: namedType(resourceReference.name),
  subResource: stringType,
  requestKind: namedType(kindReference.name),
  requestResource: namedType(resourceReference.name),
  requestSubResource: stringType,
  name: stringType,
  namespace: stringType,
  operation: stringType,
  userInfo: namedType(userInfo.name),
  dryRun: boolType,
  options: dynType,
};

const requestName = "kubernetes.AdmissionRequest";
export const requestType = namedType(requestName);
/** `request` as the API server declares it. */
export const requestStruct = structType(requestName, requestFields);
/** `request` as Kyverno declares it: with the objects. */
export const kyvernoRequestStruct = structType(requestName, {
  ...requestFields,
  object: dynType,
  oldObject: dynType,
});

const condition = structType("kubernetes.NamespaceCondition", {
  status: stringType,
  type: stringType,
  lastTransitionTime: timestampType,
  message: stringType,
  reason: stringType,
});
const metadata = structType("kubernetes.NamespaceMetadata", {
  name: stringType,
  generateName: stringType,
  namespace: stringType,
  labels: mapOf(stringType, stringType),
  annotations: mapOf(stringType, stringType),
  UID: stringType,
  creationTimestamp: timestampType,
  deletionGracePeriodSeconds: intType,
  deletionTimestamp: timestampType,
  generation: intType,
  resourceVersion: stringType,
  finalizers: strings,
});
const spec = structType("kubernetes.NamespaceSpec", { finalizers: strings });
const status = structType("kubernetes.NamespaceStatus", {
  conditions: listOf(namedType(condition.name)),
  phase: stringType,
});
const namespace = structType("kubernetes.Namespace", {
  metadata: namedType(metadata.name),
  spec: namedType(spec.name),
  status: namedType(status.name),
});
export const namespaceType = namedType(namespace.name);

/** The types within `request` and `namespaceObject`. */
export const admissionStructs: readonly StructType[] = [
  kindReference,
  resourceReference,
  userInfo,
  condition,
  metadata,
  spec,
  status,
  namespace,
];
