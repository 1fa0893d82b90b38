import { array, boolean, integer, map, object, optional, string } from "../schema/build.ts";
import {
  auditAnnotationSchema,
  celCheckSchema,
  celVariableSchema,
  matchConditionSchema,
} from "../schema/cel-blocks.ts";
import { conditionSchema } from "../schema/metadata.ts";
import type { Infer, Schema } from "../schema/schema.ts";

/** Conditions in a list without keys. */
export const matchConditionsSchema = array(matchConditionSchema);

/** Conditions, each name once. */
export const keyedMatchConditionsSchema = array(matchConditionSchema, {
  listType: "map",
  listMapKeys: ["name"],
});

/** Variables in a list without keys. */
export const variablesSchema = array(celVariableSchema);

/** Variables, each name once. */
export const keyedVariablesSchema = array(celVariableSchema, { listType: "map", listMapKeys: ["name"] });

/** Audit annotations, replaced as a whole by server-side apply. */
export const atomicAuditAnnotationsSchema = array(auditAnnotationSchema, { listType: "atomic" });

/** Audit annotations. */
export const auditAnnotationsSchema = array(auditAnnotationSchema);

/** The `validations` of a policy. */
export const validationsSchema = array(celCheckSchema, { listType: "atomic" });

/** `webhookConfiguration`; without effect outside admission. */
export const webhookConfigurationSchema = object({
  timeoutSeconds: optional(integer({ format: "int32" })),
});

/** A switch that is on unless turned off. */
export const onSwitchSchema = object({ enabled: optional(boolean({ default: true })) });

/** A switch that is off unless turned on. */
export const offSwitchSchema = object({ enabled: optional(boolean({ default: false })) });

/** A switch whose default the reader knows. */
export const plainSwitchSchema = object({ enabled: optional(boolean()) });

/** The `evaluation` block of policies that only judge. */
export const evaluationSchema = object({
  admission: optional(onSwitchSchema),
  background: optional(onSwitchSchema),
  mode: optional(string({ description: "Kubernetes (the default), JSON, HTTP or Envoy." })),
});

/** Which pod controllers a policy for pods is also for. */
export const podControllersSchema = object({
  controllers: optional(array(string())),
});

const conditionStatus = object({
  conditions: optional(array(conditionSchema)),
  message: optional(string()),
  ready: optional(boolean()),
});

/** Whether a policy works, and why not. */
export interface PolicyConditionStatus extends Infer<typeof conditionStatus> {}

/** Whether a policy works, and why not. */
export const conditionStatusSchema = conditionStatus;

const autogenTarget = object({
  group: optional(string()),
  kind: string(),
  resource: string(),
  version: string(),
});

/** `status.autogen` of a policy with this spec. */
export function autogenStatusSchema<S>(spec: Schema<S>) {
  return object({
    configs: optional(map(object({ spec, targets: array(autogenTarget) }))),
  });
}

/** Versions of cluster-scoped kinds and PolicyException; all have one schema. */
export const clusterVersions = [
  "policies.kyverno.io/v1",
  "policies.kyverno.io/v1beta1",
  "policies.kyverno.io/v1alpha1",
] as const;

/** Versions of namespaced kinds; all have one schema. */
export const namespacedVersions = ["policies.kyverno.io/v1", "policies.kyverno.io/v1beta1"] as const;
