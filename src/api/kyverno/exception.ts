import { array, boolean, object, optional, string } from "../schema/build.ts";
import { decode } from "../schema/decode.ts";
import type { Decoded } from "../schema/decode.ts";
import { objectMetaSchema, typeMeta } from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";
import { conditionsSchema } from "./conditions.ts";
import { anyAllMatchSchema } from "./match.ts";
import { podSecurityExclusionsSchema } from "./pod-security.ts";

const exceptedPolicy = object({
  policyName: string({ description: "`name` of a ClusterPolicy or `namespace/name` of a Policy." }),
  ruleNames: array(string({ description: "Rule name; wildcards allowed." })),
});

/** A policy and the rules of it that an exception is for. */
export interface ExceptedPolicy extends Infer<typeof exceptedPolicy> {}

/** PolicyException of kyverno.io v2 and v2beta1, which are the same. */
export const policyExceptionSchema = object({
  ...typeMeta(["kyverno.io/v2", "kyverno.io/v2beta1"], "PolicyException"),
  metadata: objectMetaSchema,
  spec: object({
    background: optional(boolean()),
    conditions: optional(conditionsSchema),
    exceptions: array(exceptedPolicy),
    match: anyAllMatchSchema,
    podSecurity: optional(podSecurityExclusionsSchema),
  }),
});

/** Resources that rules of ClusterPolicies and Policies skip. */
export interface PolicyException extends Infer<typeof policyExceptionSchema> {}

/** Reads a PolicyException of kyverno.io. */
export function decodePolicyException(value: unknown): Decoded<PolicyException> {
  return decode<PolicyException>(policyExceptionSchema, value);
}
