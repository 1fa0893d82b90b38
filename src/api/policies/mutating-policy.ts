import { array, boolean, object, optional, string } from "../schema/build.ts";
import { failurePolicySchema } from "../schema/cel-blocks.ts";
import { decode } from "../schema/decode.ts";
import type { Decoded } from "../schema/decode.ts";
import { objectMetaSchema, typeMeta } from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";
import { matchConstraintsSchema, targetMatchConstraintsSchema } from "./match-constraints.ts";
import {
  auditAnnotationsSchema,
  autogenStatusSchema,
  clusterVersions,
  conditionStatusSchema,
  keyedMatchConditionsSchema,
  keyedVariablesSchema,
  namespacedVersions,
  offSwitchSchema,
  onSwitchSchema,
  plainSwitchSchema,
  podControllersSchema,
  webhookConfigurationSchema,
} from "./spec-blocks.ts";

const patch = object({ expression: optional(string()) });

const mutation = object({
  applyConfiguration: optional(patch),
  jsonPatch: optional(patch),
  patchType: string({ description: "ApplyConfiguration or JSONPatch." }),
});

/** One change; each sees the result of the one before. */
export interface PolicyMutation extends Infer<typeof mutation> {}

const evaluation = object({
  admission: optional(onSwitchSchema),
  background: optional(onSwitchSchema),
  mode: optional(string({ description: "Kubernetes (the default) or JSON." })),
  mutateExisting: optional(offSwitchSchema),
  skipBackgroundRequests: optional(boolean({ default: true })),
  useServerSideApply: optional(boolean()),
});

const spec = object({
  auditAnnotations: optional(auditAnnotationsSchema),
  autogen: optional(
    object({
      mutatingAdmissionPolicy: optional(plainSwitchSchema),
      podControllers: optional(podControllersSchema),
    }),
  ),
  evaluation: optional(evaluation),
  failurePolicy: optional(failurePolicySchema),
  matchConditions: optional(keyedMatchConditionsSchema),
  matchConstraints: optional(matchConstraintsSchema),
  mutations: optional(array(mutation, { listType: "atomic" })),
  reinvocationPolicy: optional(string({ description: "Never (the default) or IfNeeded." })),
  targetMatchConditions: optional(keyedMatchConditionsSchema),
  targetMatchConstraints: optional(targetMatchConstraintsSchema),
  variables: optional(keyedVariablesSchema),
  webhookConfiguration: optional(webhookConfigurationSchema),
});

/** What a MutatingPolicy changes. */
export interface MutatingPolicySpec extends Infer<typeof spec> {}

const status = object({
  autogen: optional(autogenStatusSchema(spec)),
  conditionStatus: optional(conditionStatusSchema),
  generated: optional(boolean({ description: "A MutatingAdmissionPolicy was made of it." })),
});

function policyOf<const V extends readonly string[], const K extends string>(versions: V, kind: K) {
  return object({
    ...typeMeta(versions, kind),
    metadata: objectMetaSchema,
    spec,
    status: optional(status),
  });
}

/** MutatingPolicy of all versions. */
export const mutatingPolicySchema = policyOf(clusterVersions, "MutatingPolicy");

/** NamespacedMutatingPolicy of all versions. */
export const namespacedMutatingPolicySchema = policyOf(namespacedVersions, "NamespacedMutatingPolicy");

/** Changes resources with CEL. */
export interface MutatingPolicy extends Infer<typeof mutatingPolicySchema> {}

/** Changes resources of its namespace with CEL. */
export interface NamespacedMutatingPolicy extends Infer<typeof namespacedMutatingPolicySchema> {}

/** Reads a MutatingPolicy. */
export function decodeMutatingPolicy(value: unknown): Decoded<MutatingPolicy> {
  return decode<MutatingPolicy>(mutatingPolicySchema, value);
}

/** Reads a NamespacedMutatingPolicy. */
export function decodeNamespacedMutatingPolicy(value: unknown): Decoded<NamespacedMutatingPolicy> {
  return decode<NamespacedMutatingPolicy>(namespacedMutatingPolicySchema, value);
}
