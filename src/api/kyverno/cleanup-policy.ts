import { array, enumOf, object, optional, string } from "../schema/build.ts";
import { decode } from "../schema/decode.ts";
import type { Decoded } from "../schema/decode.ts";
import { conditionSchema, objectMetaSchema, typeMeta } from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";
import { cleanupRunFields } from "./cleanup-status.ts";
import { conditionsSchema } from "./conditions.ts";
import { contextSchema } from "./context.ts";
import { anyAllMatchSchema } from "./match.ts";

/** How dependents of a deleted object are treated. */
export const propagationPolicySchema = enumOf(["Foreground", "Background", "Orphan"]);

const cleanupSpec = object({
  conditions: optional(conditionsSchema),
  context: optional(contextSchema),
  deletionPropagationPolicy: optional(propagationPolicySchema),
  exclude: optional(anyAllMatchSchema),
  match: anyAllMatchSchema,
  schedule: string({ description: "Cron expression." }),
});

/** What a cleanup policy deletes, and when. */
export interface CleanupPolicySpec extends Infer<typeof cleanupSpec> {}

const cleanupStatus = object({
  conditions: optional(array(conditionSchema)),
  lastExecutionTime: optional(string({ format: "date-time" })),
  ...cleanupRunFields,
});

const versions = ["kyverno.io/v2", "kyverno.io/v2beta1"] as const;

function cleanupPolicyOf<const K extends string>(kind: K) {
  return object({
    ...typeMeta(versions, kind),
    metadata: objectMetaSchema,
    spec: cleanupSpec,
    status: optional(cleanupStatus),
  });
}

/** CleanupPolicy of kyverno.io v2 and v2beta1, which are the same. */
export const cleanupPolicySchema = cleanupPolicyOf("CleanupPolicy");

/** ClusterCleanupPolicy of kyverno.io v2 and v2beta1, which are the same. */
export const clusterCleanupPolicySchema = cleanupPolicyOf("ClusterCleanupPolicy");

/** Deletes resources of its namespace on a schedule. */
export interface CleanupPolicy extends Infer<typeof cleanupPolicySchema> {}

/** Deletes resources of the cluster on a schedule. */
export interface ClusterCleanupPolicy extends Infer<typeof clusterCleanupPolicySchema> {}

/** Reads a CleanupPolicy. */
export function decodeCleanupPolicy(value: unknown): Decoded<CleanupPolicy> {
  return decode<CleanupPolicy>(cleanupPolicySchema, value);
}

/** Reads a ClusterCleanupPolicy. */
export function decodeClusterCleanupPolicy(value: unknown): Decoded<ClusterCleanupPolicy> {
  return decode<ClusterCleanupPolicy>(clusterCleanupPolicySchema, value);
}
