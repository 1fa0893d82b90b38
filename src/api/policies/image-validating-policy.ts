import { imageRegistryCredentialsSchema } from "../kyverno/context.ts";
import { array, boolean, object, optional, string } from "../schema/build.ts";
import { failurePolicySchema } from "../schema/cel-blocks.ts";
import { decode } from "../schema/decode.ts";
import type { Decoded } from "../schema/decode.ts";
import { objectMetaSchema, typeMeta } from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";
import { imageAttestationsSchema, imageAttestorsSchema } from "./image-attestors.ts";
import { matchConstraintsSchema } from "./match-constraints.ts";
import {
  atomicAuditAnnotationsSchema,
  autogenStatusSchema,
  clusterVersions,
  conditionStatusSchema,
  evaluationSchema,
  matchConditionsSchema,
  namespacedVersions,
  podControllersSchema,
  validationsSchema,
  variablesSchema,
  webhookConfigurationSchema,
} from "./spec-blocks.ts";
import { validationActionsSchema } from "./validating-policy.ts";

const imageReference = object(
  { expression: optional(string()), glob: optional(string()) },
  { constraint: { oneOf: [{ required: ["glob"] }, { required: ["expression"] }] } },
);

const validationConfigurations = object(
  {
    mutateDigest: optional(boolean({ default: true })),
    required: optional(boolean({ default: true })),
    verifyDigest: optional(boolean({ default: true })),
  },
  { default: {} },
);

const spec = object({
  attestations: optional(imageAttestationsSchema),
  attestors: imageAttestorsSchema,
  auditAnnotations: optional(atomicAuditAnnotationsSchema),
  autogen: optional(object({ podControllers: optional(podControllersSchema) })),
  credentials: optional(imageRegistryCredentialsSchema),
  evaluation: optional(evaluationSchema),
  failurePolicy: optional(failurePolicySchema),
  images: optional(array(object({ expression: string(), name: string() }))),
  matchConditions: optional(matchConditionsSchema),
  matchConstraints: optional(matchConstraintsSchema),
  matchImageReferences: optional(array(imageReference)),
  validationActions: optional(validationActionsSchema),
  validationConfigurations: optional(validationConfigurations),
  validations: validationsSchema,
  variables: optional(variablesSchema),
  webhookConfiguration: optional(webhookConfigurationSchema),
});

/** What an ImageValidatingPolicy checks. */
export interface ImageValidatingPolicySpec extends Infer<typeof spec> {}

const status = object({
  autogen: optional(autogenStatusSchema(spec)),
  conditionStatus: optional(conditionStatusSchema),
});

function policyOf<const V extends readonly string[], const K extends string>(versions: V, kind: K) {
  return object({
    ...typeMeta(versions, kind),
    metadata: objectMetaSchema,
    spec,
    status: optional(status),
  });
}

/** ImageValidatingPolicy of all versions. */
export const imageValidatingPolicySchema = policyOf(clusterVersions, "ImageValidatingPolicy");

/** NamespacedImageValidatingPolicy of all versions. */
export const namespacedImageValidatingPolicySchema = policyOf(
  namespacedVersions,
  "NamespacedImageValidatingPolicy",
);

/** Checks the images of resources with CEL. */
export interface ImageValidatingPolicy extends Infer<typeof imageValidatingPolicySchema> {}

/** Checks the images of resources of its namespace with CEL. */
export interface NamespacedImageValidatingPolicy extends Infer<
  typeof namespacedImageValidatingPolicySchema
> {}

/** Reads an ImageValidatingPolicy. */
export function decodeImageValidatingPolicy(value: unknown): Decoded<ImageValidatingPolicy> {
  return decode<ImageValidatingPolicy>(imageValidatingPolicySchema, value);
}

/** Reads a NamespacedImageValidatingPolicy. */
export function decodeNamespacedImageValidatingPolicy(
  value: unknown,
): Decoded<NamespacedImageValidatingPolicy> {
  return decode<NamespacedImageValidatingPolicy>(namespacedImageValidatingPolicySchema, value);
}
