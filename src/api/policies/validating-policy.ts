import { array, boolean, enumOf, object, optional } from "../schema/build.ts";
import { failurePolicySchema } from "../schema/cel-blocks.ts";
import { decode } from "../schema/decode.ts";
import type { Decoded } from "../schema/decode.ts";
import { objectMetaSchema, typeMeta } from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";
import { matchConstraintsSchema } from "./match-constraints.ts";
import {
  atomicAuditAnnotationsSchema,
  autogenStatusSchema,
  clusterVersions,
  conditionStatusSchema,
  evaluationSchema,
  keyedMatchConditionsSchema,
  keyedVariablesSchema,
  namespacedVersions,
  plainSwitchSchema,
  podControllersSchema,
  validationsSchema,
  webhookConfigurationSchema,
} from "./spec-blocks.ts";

/** What a violation does in admission. */
export const validationActionsSchema = array(enumOf(["Deny", "Audit", "Warn"]), { listType: "set" });

const spec = object({
  auditAnnotations: optional(atomicAuditAnnotationsSchema),
  autogen: optional(
    object({
      podControllers: optional(podControllersSchema),
      validatingAdmissionPolicy: optional(plainSwitchSchema),
    }),
  ),
  evaluation: optional(evaluationSchema),
  failurePolicy: optional(failurePolicySchema),
  matchConditions: optional(keyedMatchConditionsSchema),
  matchConstraints: optional(matchConstraintsSchema),
  validationActions: optional(validationActionsSchema),
  validations: optional(validationsSchema),
  variables: optional(keyedVariablesSchema),
  webhookConfiguration: optional(webhookConfigurationSchema),
});

/** What a ValidatingPolicy checks. */
export interface ValidatingPolicySpec extends Infer<typeof spec> {}

const status = object({
  autogen: optional(autogenStatusSchema(spec)),
  conditionStatus: optional(conditionStatusSchema),
  generated: optional(boolean({ description: "A ValidatingAdmissionPolicy was made of it." })),
});

function policyOf<const V extends readonly string[], const K extends string>(versions: V, kind: K) {
  return object({
    ...typeMeta(versions, kind),
    metadata: objectMetaSchema,
    spec,
    status: optional(status),
  });
}

/** ValidatingPolicy of all versions. */
export const validatingPolicySchema = policyOf(clusterVersions, "ValidatingPolicy");

/** NamespacedValidatingPolicy of all versions. */
export const namespacedValidatingPolicySchema = policyOf(namespacedVersions, "NamespacedValidatingPolicy");

/** Checks resources with CEL. */
export interface ValidatingPolicy extends Infer<typeof validatingPolicySchema> {}

/** Checks resources of its namespace with CEL. */
export interface NamespacedValidatingPolicy extends Infer<typeof namespacedValidatingPolicySchema> {}

/** Reads a ValidatingPolicy. */
export function decodeValidatingPolicy(value: unknown): Decoded<ValidatingPolicy> {
  return decode<ValidatingPolicy>(validatingPolicySchema, value);
}

/** Reads a NamespacedValidatingPolicy. */
export function decodeNamespacedValidatingPolicy(value: unknown): Decoded<NamespacedValidatingPolicy> {
  return decode<NamespacedValidatingPolicy>(namespacedValidatingPolicySchema, value);
}
