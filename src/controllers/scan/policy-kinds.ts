import {
  decodeMutatingAdmissionPolicy,
  decodeMutatingAdmissionPolicyBinding,
} from "#api/admissionregistration/mutating-admission-policy.ts";
import type { MutatingAdmissionPolicyBinding } from "#api/admissionregistration/mutating-admission-policy.ts";
import {
  decodeValidatingAdmissionPolicy,
  decodeValidatingAdmissionPolicyBinding,
} from "#api/admissionregistration/validating-admission-policy.ts";
import type { ValidatingAdmissionPolicyBinding } from "#api/admissionregistration/validating-admission-policy.ts";
import { decodeClusterPolicy, decodePolicy } from "#api/kyverno/cluster-policy.ts";
import {
  decodeImageValidatingPolicy,
  decodeNamespacedImageValidatingPolicy,
} from "#api/policies/image-validating-policy.ts";
import { decodeMutatingPolicy, decodeNamespacedMutatingPolicy } from "#api/policies/mutating-policy.ts";
import { decodeNamespacedValidatingPolicy, decodeValidatingPolicy } from "#api/policies/validating-policy.ts";
import type { Decoded } from "#api/schema/decode.ts";
import type { JudgingPolicy } from "#engine/compile.ts";
import type { PolicySource } from "#engine/compiled-policy.ts";

/** A kind of policies that the scan judges by. */
export interface PolicyKind {
  readonly group: string;
  readonly kind: JudgingPolicy["kind"];
  readonly namespaced: boolean;
  /** How results name policies of the kind. */
  readonly source: PolicySource;
  readonly decode: (value: unknown) => Decoded<JudgingPolicy>;
  /** Without this kind there is nothing to do, so that it is waited for. */
  readonly required?: true;
  /** Only where the setting says so: the API server has these policies whether or not anybody wants reports of them. */
  readonly optional?: OptionalKinds;
  /** The kind whose objects say where policies of this kind count. */
  readonly binding?: BindingKind;
}

/** The settings that turn kinds of policies on. */
export type OptionalKinds = "validatingAdmissionPolicyReports" | "mutatingAdmissionPolicyReports";

/** What binds an admission policy of the API server. */
export type PolicyBinding = ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding;

/** A kind of bindings. */
export interface BindingKind {
  readonly group: string;
  readonly kind: PolicyBinding["kind"];
  readonly decode: (value: unknown) => Decoded<PolicyBinding>;
  /** True where the label that keeps things out of reports counts for bindings. */
  readonly honoursDisabledLabel: boolean;
}

const kyverno = { group: "kyverno.io", source: "kyverno" } as const;
const apiServerGroup = "admissionregistration.k8s.io";
const images = { group: "policies.kyverno.io", source: "KyvernoImageValidatingPolicy" } as const;
const mutating = { group: "policies.kyverno.io", source: "KyvernoMutatingPolicy" } as const;
const validating = { group: "policies.kyverno.io", source: "KyvernoValidatingPolicy" } as const;

/** The kinds of policies, told apart in reports by source and by whether they have a namespace. */
export const policyKinds: readonly PolicyKind[] = [
  { ...kyverno, kind: "ClusterPolicy", namespaced: false, decode: decodeClusterPolicy, required: true },
  { ...kyverno, kind: "Policy", namespaced: true, decode: decodePolicy, required: true },
  { ...validating, kind: "ValidatingPolicy", namespaced: false, decode: decodeValidatingPolicy },
  {
    ...validating,
    kind: "NamespacedValidatingPolicy",
    namespaced: true,
    decode: decodeNamespacedValidatingPolicy,
  },
  { ...images, kind: "ImageValidatingPolicy", namespaced: false, decode: decodeImageValidatingPolicy },
  {
    ...images,
    kind: "NamespacedImageValidatingPolicy",
    namespaced: true,
    decode: decodeNamespacedImageValidatingPolicy,
  },
  { ...mutating, kind: "MutatingPolicy", namespaced: false, decode: decodeMutatingPolicy },
  { ...mutating, kind: "NamespacedMutatingPolicy", namespaced: true, decode: decodeNamespacedMutatingPolicy },
  {
    group: apiServerGroup,
    kind: "ValidatingAdmissionPolicy",
    namespaced: false,
    source: "ValidatingAdmissionPolicy",
    decode: decodeValidatingAdmissionPolicy,
    optional: "validatingAdmissionPolicyReports",
    binding: {
      group: apiServerGroup,
      kind: "ValidatingAdmissionPolicyBinding",
      decode: decodeValidatingAdmissionPolicyBinding,
      honoursDisabledLabel: true,
    },
  },
  {
    group: apiServerGroup,
    kind: "MutatingAdmissionPolicy",
    namespaced: false,
    source: "MutatingAdmissionPolicy",
    decode: decodeMutatingAdmissionPolicy,
    optional: "mutatingAdmissionPolicyReports",
    binding: {
      group: apiServerGroup,
      kind: "MutatingAdmissionPolicyBinding",
      decode: decodeMutatingAdmissionPolicyBinding,
      honoursDisabledLabel: false,
    },
  },
];

/** The kind of the policies that results with this source and name are of; undefined for a source that is not ours. */
export function policyKindOf(source: string, isNamespaced: boolean): PolicyKind | undefined {
  return policyKinds.find((row) => row.source === source && row.namespaced === isNamespaced);
}

/** The kind of a policy by its name. */
export function policyKindNamed(kind: string): PolicyKind | undefined {
  return policyKinds.find((row) => row.kind === kind);
}
