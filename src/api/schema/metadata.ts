import {
  annotated,
  anyJson,
  array,
  boolean,
  enumOf,
  integer,
  map,
  object,
  optional,
  string,
} from "./build.ts";
import type { Infer } from "./schema.ts";

const ownerReference = object(
  {
    apiVersion: string(),
    kind: string(),
    name: string(),
    uid: string(),
    controller: optional(boolean()),
    blockOwnerDeletion: optional(boolean()),
  },
  { mapType: "atomic" },
);

/** Who an object belongs to; it goes when all its owners are gone. */
export const ownerReferenceSchema = ownerReference;

const objectMeta = object(
  {
    name: optional(string()),
    generateName: optional(string()),
    namespace: optional(string()),
    uid: optional(string()),
    resourceVersion: optional(string()),
    generation: optional(integer({ format: "int64" })),
    creationTimestamp: optional(string()),
    deletionTimestamp: optional(string()),
    labels: optional(map(string())),
    annotations: optional(map(string())),
    finalizers: optional(array(string())),
    ownerReferences: optional(array(ownerReference)),
    managedFields: optional(array(anyJson())),
  },
  { opaque: true },
);

/** Metadata; a CRD says only that it is an object. */
export const objectMetaSchema = objectMeta;

const selectorRequirement = object({
  key: string(),
  operator: string(),
  values: optional(array(string(), { listType: "atomic" })),
});

/** One expression of a label selector. */
export interface LabelSelectorRequirement extends Infer<typeof selectorRequirement> {}

const selector = object(
  {
    matchLabels: optional(map(string())),
    matchExpressions: optional(array(selectorRequirement, { listType: "atomic" })),
  },
  { mapType: "atomic" },
);

/** Selects by labels: all expressions and all label values must hold; empty selects everything. */
export interface LabelSelector extends Infer<typeof selector> {}

/** A label selector; kinds that know wildcards accept them in keys and values. */
export const labelSelectorSchema = selector;

const conditionStatus = enumOf(["True", "False", "Unknown"]);

const condition = object({
  type: string({
    maxLength: 316,
    pattern:
      "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$",
  }),
  status: conditionStatus,
  reason: string({
    minLength: 1,
    maxLength: 1024,
    pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
  }),
  message: string({ maxLength: 32_768 }),
  lastTransitionTime: string({ format: "date-time" }),
  observedGeneration: optional(integer({ format: "int64", minimum: 0 })),
});

/** A condition in a status. */
export interface Condition extends Infer<typeof condition> {}

/** A condition in a status. */
export const conditionSchema = condition;

const objectReference = object(
  {
    apiVersion: optional(string()),
    kind: optional(string()),
    namespace: optional(string()),
    name: optional(string()),
    uid: optional(string()),
    resourceVersion: optional(string()),
    fieldPath: optional(string()),
  },
  { mapType: "atomic" },
);

/** Points at one object. */
export interface ObjectReference extends Infer<typeof objectReference> {}

/** Points at one object. */
export const objectReferenceSchema = objectReference;

/** `apiVersion` and `kind` of a kind; a CRD leaves both free, the decoder does not. */
export function typeMeta<const V extends readonly string[], const K extends string>(versions: V, kind: K) {
  return {
    apiVersion: annotated(enumOf(versions), { opaque: true }),
    kind: annotated(enumOf([kind]), { opaque: true }),
  };
}
