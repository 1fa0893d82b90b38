import { matchConstraintsSchema } from "../policies/match-constraints.ts";
import {
  atomicAuditAnnotationsSchema,
  keyedMatchConditionsSchema,
  keyedVariablesSchema,
  validationsSchema,
} from "../policies/spec-blocks.ts";
import { anyJson, array, object, optional, string } from "../schema/build.ts";
import { failurePolicySchema } from "../schema/cel-blocks.ts";
import { decode } from "../schema/decode.ts";
import type { Decoded } from "../schema/decode.ts";
import { objectMetaSchema, typeMeta } from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";
import { paramKindSchema, paramRefSchema } from "./binding-blocks.ts";

/** Served versions, the newest first. */
const versions = [
  "admissionregistration.k8s.io/v1",
  "admissionregistration.k8s.io/v1beta1",
  "admissionregistration.k8s.io/v1alpha1",
] as const;

const policy = object({
  ...typeMeta(versions, "ValidatingAdmissionPolicy"),
  metadata: objectMetaSchema,
  spec: object({
    auditAnnotations: optional(atomicAuditAnnotationsSchema),
    failurePolicy: optional(failurePolicySchema),
    matchConditions: optional(keyedMatchConditionsSchema),
    matchConstraints: optional(matchConstraintsSchema),
    paramKind: optional(paramKindSchema),
    validations: optional(validationsSchema),
    variables: optional(keyedVariablesSchema),
  }),
  status: optional(anyJson()),
});

/** ValidatingAdmissionPolicy of all versions. */
export const validatingAdmissionPolicySchema = policy;

/** The API server's own policy: checks requests with CEL. */
export interface ValidatingAdmissionPolicy extends Infer<typeof policy> {}

/** Reads a ValidatingAdmissionPolicy. */
export function decodeValidatingAdmissionPolicy(value: unknown): Decoded<ValidatingAdmissionPolicy> {
  return decode<ValidatingAdmissionPolicy>(policy, value);
}

const binding = object({
  ...typeMeta(versions, "ValidatingAdmissionPolicyBinding"),
  metadata: objectMetaSchema,
  spec: object({
    matchResources: optional(matchConstraintsSchema),
    paramRef: optional(paramRefSchema),
    policyName: optional(string()),
    validationActions: optional(array(string(), { listType: "set" })),
  }),
});

/** ValidatingAdmissionPolicyBinding of all versions. */
export const validatingAdmissionPolicyBindingSchema = binding;

/** What makes a ValidatingAdmissionPolicy count, for which objects and with which parameters. */
export interface ValidatingAdmissionPolicyBinding extends Infer<typeof binding> {}

/** Reads a ValidatingAdmissionPolicyBinding. */
export function decodeValidatingAdmissionPolicyBinding(
  value: unknown,
): Decoded<ValidatingAdmissionPolicyBinding> {
  return decode<ValidatingAdmissionPolicyBinding>(binding, value);
}
