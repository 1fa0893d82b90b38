import { array, enumOf, map, object, optional, string } from "../schema/build.ts";
import { decode } from "../schema/decode.ts";
import type { Decoded } from "../schema/decode.ts";
import { objectMetaSchema, typeMeta } from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";
import { clusterVersions, matchConditionsSchema } from "./spec-blocks.ts";

const policyRef = object({ kind: string(), name: string() });

const spec = object({
  allowedValues: optional(array(string())),
  evaluationMode: optional(string()),
  expiresAt: optional(string({ format: "date-time" })),
  images: optional(array(string())),
  matchConditions: optional(matchConditionsSchema),
  policyRefs: array(policyRef),
  properties: optional(map(string())),
  reportResult: optional(enumOf(["skip", "pass"], { default: "skip" })),
});

/** PolicyException of policies.kyverno.io, all versions. */
export const celPolicyExceptionSchema = object({
  ...typeMeta(clusterVersions, "PolicyException"),
  metadata: objectMetaSchema,
  spec,
});

/** Resources that CEL policies skip. */
export interface CelPolicyException extends Infer<typeof celPolicyExceptionSchema> {}

/** Reads a PolicyException of policies.kyverno.io. */
export function decodeCelPolicyException(value: unknown): Decoded<CelPolicyException> {
  return decode<CelPolicyException>(celPolicyExceptionSchema, value);
}
