import { array, boolean, enumOf, integer, object, optional, string } from "../schema/build.ts";
import { failurePolicySchema, matchConditionSchema } from "../schema/cel-blocks.ts";
import { conditionSchema } from "../schema/metadata.ts";
import type { Infer, Schema } from "../schema/schema.ts";
import { ruleSchema, ruleV2beta1Schema } from "./rule.ts";
import { failureActionOverridesSchema } from "./validate.ts";

const webhookConfiguration = object({
  failurePolicy: optional(failurePolicySchema),
  matchConditions: optional(array(matchConditionSchema)),
  timeoutSeconds: optional(integer({ format: "int32" })),
});

function specWith<R>(rule: Schema<R>) {
  return object({
    admission: optional(boolean({ default: true })),
    applyRules: optional(enumOf(["All", "One"])),
    background: optional(boolean({ default: true })),
    emitWarning: optional(boolean({ default: false })),
    failurePolicy: optional(failurePolicySchema),
    generateExisting: optional(boolean({ description: "Deprecated: use the field of the generate rule." })),
    generateExistingOnPolicyUpdate: optional(boolean({ description: "Deprecated." })),
    mutateExistingOnPolicyUpdate: optional(
      boolean({ description: "Deprecated: use the field of the mutate rule." }),
    ),
    rules: optional(array(rule)),
    schemaValidation: optional(boolean({ description: "Deprecated; without effect." })),
    useServerSideApply: optional(boolean()),
    validationFailureAction: optional(
      enumOf(["audit", "enforce", "Audit", "Enforce"], {
        default: "Audit",
        description: "Deprecated: use failureAction of the validate rule.",
      }),
    ),
    validationFailureActionOverrides: optional(failureActionOverridesSchema),
    webhookConfiguration: optional(webhookConfiguration),
    webhookTimeoutSeconds: optional(integer({ format: "int32" })),
  });
}

/** The spec of a policy of kyverno.io/v1. */
export const policySpecSchema = specWith(ruleSchema);

/** The spec of a policy of kyverno.io/v2beta1. */
export const policySpecV2beta1Schema = specWith(ruleV2beta1Schema);

/** The spec of a ClusterPolicy or Policy. */
export interface PolicySpec extends Infer<typeof policySpecSchema> {}

const ruleCount = object({
  generate: integer(),
  mutate: integer(),
  validate: integer(),
  verifyimages: integer(),
});

const status = object({
  autogen: optional(object({ rules: optional(array(ruleSchema)) })),
  conditions: optional(array(conditionSchema)),
  rulecount: optional(ruleCount),
  validatingadmissionpolicy: optional(object({ generated: boolean(), message: string() })),
});

/** The status of a ClusterPolicy or Policy. */
export interface PolicyStatus extends Infer<typeof status> {}

/** The status of a ClusterPolicy or Policy. */
export const policyStatusSchema = status;
