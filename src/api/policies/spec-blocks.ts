import { array, boolean, integer, map, object, optional, string } from "../schema/build.ts";
import { conditionSchema } from "../schema/metadata.ts";
import type { Infer, Schema } from "../schema/schema.ts";

const matchCondition = object({ expression: string(), name: string() });

/** A named CEL expression that must be true. */
export interface MatchCondition extends Infer<typeof matchCondition> {}

/** Named CEL expressions, in a list without keys. */
export const matchConditionsSchema = array(matchCondition);

/** Named CEL expressions, each name once. */
export const keyedMatchConditionsSchema = array(matchCondition, {
  listType: "map",
  listMapKeys: ["name"],
});

const variable = object({ expression: string(), name: string() }, { mapType: "atomic" });

/** A named CEL expression that later ones may use. */
export interface CelVariable extends Infer<typeof variable> {}

/** Variables in a list without keys. */
export const variablesSchema = array(variable);

/** Variables, each name once. */
export const keyedVariablesSchema = array(variable, { listType: "map", listMapKeys: ["name"] });

const auditAnnotation = object({ key: string(), valueExpression: string() });

/** A CEL expression whose text becomes a property of the result. */
export interface AuditAnnotation extends Infer<typeof auditAnnotation> {}

/** Audit annotations, replaced as a whole by server-side apply. */
export const atomicAuditAnnotationsSchema = array(auditAnnotation, { listType: "atomic" });

/** Audit annotations. */
export const auditAnnotationsSchema = array(auditAnnotation);

const validation = object({
  expression: string(),
  message: optional(string()),
  messageExpression: optional(string()),
  reason: optional(string()),
});

/** A CEL expression that must be true, and what to say when it is not. */
export interface CelCheck extends Infer<typeof validation> {}

/** The `validations` of a policy. */
export const validationsSchema = array(validation, { listType: "atomic" });

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

const apiVersions = [
  "policies.kyverno.io/v1",
  "policies.kyverno.io/v1beta1",
  "policies.kyverno.io/v1alpha1",
] as const;

/** Versions of cluster-scoped kinds and PolicyException; all have one schema. */
export const clusterVersions = apiVersions;

/** Versions of namespaced kinds; all have one schema. */
export const namespacedVersions = ["policies.kyverno.io/v1", "policies.kyverno.io/v1beta1"] as const;
