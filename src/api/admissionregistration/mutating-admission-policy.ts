import { matchConstraintsSchema } from "../policies/match-constraints.ts";
import { keyedMatchConditionsSchema, keyedVariablesSchema } from "../policies/spec-blocks.ts";
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

const patch = object({ expression: optional(string()) });

const mutation = object({
  applyConfiguration: optional(patch),
  jsonPatch: optional(patch),
  patchType: string({ description: "ApplyConfiguration or JSONPatch." }),
});

const policy = object({
  ...typeMeta(versions, "MutatingAdmissionPolicy"),
  metadata: objectMetaSchema,
  spec: object({
    failurePolicy: optional(failurePolicySchema),
    matchConditions: optional(keyedMatchConditionsSchema),
    matchConstraints: optional(matchConstraintsSchema),
    mutations: optional(array(mutation, { listType: "atomic" })),
    paramKind: optional(paramKindSchema),
    reinvocationPolicy: optional(string()),
    variables: optional(keyedVariablesSchema),
  }),
  status: optional(anyJson()),
});

/** MutatingAdmissionPolicy of all versions. */
export const mutatingAdmissionPolicySchema = policy;

/** The API server's own policy: changes requests with CEL. */
export interface MutatingAdmissionPolicy extends Infer<typeof policy> {}

/** Reads a MutatingAdmissionPolicy. */
export function decodeMutatingAdmissionPolicy(value: unknown): Decoded<MutatingAdmissionPolicy> {
  return decode<MutatingAdmissionPolicy>(policy, value);
}

const binding = object({
  ...typeMeta(versions, "MutatingAdmissionPolicyBinding"),
  metadata: objectMetaSchema,
  spec: object({
    matchResources: optional(matchConstraintsSchema),
    paramRef: optional(paramRefSchema),
    policyName: optional(string()),
  }),
});

/** MutatingAdmissionPolicyBinding of all versions. */
export const mutatingAdmissionPolicyBindingSchema = binding;

/** What makes a MutatingAdmissionPolicy count, for which objects and with which parameters. */
export interface MutatingAdmissionPolicyBinding extends Infer<typeof binding> {}

/** Reads a MutatingAdmissionPolicyBinding. */
export function decodeMutatingAdmissionPolicyBinding(
  value: unknown,
): Decoded<MutatingAdmissionPolicyBinding> {
  return decode<MutatingAdmissionPolicyBinding>(binding, value);
}
