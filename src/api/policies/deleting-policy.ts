import { propagationPolicySchema } from "../kyverno/cleanup-policy.ts";
import { cleanupRunFields } from "../kyverno/cleanup-status.ts";
import { object, optional, string } from "../schema/build.ts";
import { decode } from "../schema/decode.ts";
import type { Decoded } from "../schema/decode.ts";
import { objectMetaSchema, typeMeta } from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";
import { matchConstraintsSchema } from "./match-constraints.ts";
import {
  clusterVersions,
  conditionStatusSchema,
  keyedMatchConditionsSchema,
  keyedVariablesSchema,
  namespacedVersions,
} from "./spec-blocks.ts";

const spec = object({
  conditions: optional(keyedMatchConditionsSchema),
  deletionPropagationPolicy: optional(propagationPolicySchema),
  matchConstraints: optional(matchConstraintsSchema),
  schedule: string({ description: "Cron expression." }),
  variables: optional(keyedVariablesSchema),
});

/** What a DeletingPolicy deletes, and when. */
export interface DeletingPolicySpec extends Infer<typeof spec> {}

const status = object({
  conditionStatus: optional(conditionStatusSchema),
  lastExecutionTime: optional(string({ format: "date-time" })),
  ...cleanupRunFields,
});

function policyOf<const V extends readonly string[], const K extends string>(versions: V, kind: K) {
  return object({
    ...typeMeta(versions, kind),
    metadata: objectMetaSchema,
    spec,
    status: optional(status),
  });
}

/** DeletingPolicy of all versions. */
export const deletingPolicySchema = policyOf(clusterVersions, "DeletingPolicy");

/** NamespacedDeletingPolicy of all versions. */
export const namespacedDeletingPolicySchema = policyOf(namespacedVersions, "NamespacedDeletingPolicy");

/** Deletes resources on a schedule. */
export interface DeletingPolicy extends Infer<typeof deletingPolicySchema> {}

/** Deletes resources of its namespace on a schedule. */
export interface NamespacedDeletingPolicy extends Infer<typeof namespacedDeletingPolicySchema> {}

/** Reads a DeletingPolicy. */
export function decodeDeletingPolicy(value: unknown): Decoded<DeletingPolicy> {
  return decode<DeletingPolicy>(deletingPolicySchema, value);
}

/** Reads a NamespacedDeletingPolicy. */
export function decodeNamespacedDeletingPolicy(value: unknown): Decoded<NamespacedDeletingPolicy> {
  return decode<NamespacedDeletingPolicy>(namespacedDeletingPolicySchema, value);
}
