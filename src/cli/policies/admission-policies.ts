import {
  decodeMutatingAdmissionPolicy,
  decodeMutatingAdmissionPolicyBinding,
  mutatingAdmissionPolicyBindingSchema,
  mutatingAdmissionPolicySchema,
} from "#api/admissionregistration/mutating-admission-policy.ts";
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
} from "#api/admissionregistration/mutating-admission-policy.ts";
import {
  decodeValidatingAdmissionPolicy,
  decodeValidatingAdmissionPolicyBinding,
  validatingAdmissionPolicyBindingSchema,
  validatingAdmissionPolicySchema,
} from "#api/admissionregistration/validating-admission-policy.ts";
import type { ValidatingAdmissionPolicyBinding } from "#api/admissionregistration/validating-admission-policy.ts";
import type { Decoded } from "#api/schema/decode.ts";
import type { SchemaNode } from "#api/schema/schema.ts";
import { compileAdmissionPolicy } from "#engine/admission-policy/compile-admission-policy.ts";
import { compileMutatingAdmissionPolicy } from "#engine/admission-policy/compile-mutating-admission-policy.ts";

import type { LoadedPolicy } from "./decode-policy.ts";
import { admissionMutation } from "./policy-action.ts";

/** What makes an admission policy count: it belongs to the policy that it names. */
export type AdmissionBinding = ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding;

/** How documents of one kind of the API server's admission policies are read. */
export interface AdmissionReader {
  readonly schema: SchemaNode;
  readonly read: (content: unknown) => Decoded<LoadedPolicy>;
}

/** The same for bindings. */
export interface BindingReader {
  readonly schema: SchemaNode;
  readonly read: (content: unknown) => Decoded<AdmissionBinding>;
}

const group = "admissionregistration.k8s.io";

const policyReaders: Readonly<Record<string, AdmissionReader>> = {
  ValidatingAdmissionPolicy: {
    schema: validatingAdmissionPolicySchema.node,
    read(content) {
      const decoded = decodeValidatingAdmissionPolicy(content);
      if (!decoded.ok) return decoded;
      const compiled = compileAdmissionPolicy(decoded.value, { bindings: [], matching: "offline" });
      return { ok: true, value: { source: decoded.value, compiled } };
    },
  },
  MutatingAdmissionPolicy: {
    schema: mutatingAdmissionPolicySchema.node,
    read(content) {
      const decoded = decodeMutatingAdmissionPolicy(content);
      return decoded.ok ? { ok: true, value: loadMutating(decoded.value, []) } : decoded;
    },
  },
};

function loadMutating(
  source: MutatingAdmissionPolicy,
  bindings: readonly MutatingAdmissionPolicyBinding[],
): LoadedPolicy {
  const policy = compileMutatingAdmissionPolicy(source, { bindings, matching: "offline" });
  return { source, compiled: policy.policy, action: admissionMutation(policy) };
}

const bindingReaders: Readonly<Record<string, BindingReader>> = {
  ValidatingAdmissionPolicyBinding: {
    schema: validatingAdmissionPolicyBindingSchema.node,
    read: decodeValidatingAdmissionPolicyBinding,
  },
  MutatingAdmissionPolicyBinding: {
    schema: mutatingAdmissionPolicyBindingSchema.node,
    read: decodeMutatingAdmissionPolicyBinding,
  },
};

/** How an admission policy is read; undefined for any other kind. */
export function admissionReader(apiVersion: string, kind: string): AdmissionReader | undefined {
  if (!apiVersion.startsWith(`${group}/`)) return undefined;
  return Object.hasOwn(policyReaders, kind) ? policyReaders[kind] : undefined;
}

/** How a binding is read; undefined for any other kind. */
export function bindingReader(apiVersion: string, kind: string): BindingReader | undefined {
  if (!apiVersion.startsWith(`${group}/`)) return undefined;
  return Object.hasOwn(bindingReaders, kind) ? bindingReaders[kind] : undefined;
}

/** The policy under the bindings that name it; any policy without one stays as it is. */
export function withBindings(policy: LoadedPolicy, bindings: readonly AdmissionBinding[]): LoadedPolicy {
  const { source } = policy;
  const named = bindings.filter(({ spec }) => spec.policyName === source.metadata.name);
  if (source.kind === "ValidatingAdmissionPolicy") {
    const own = named.filter((binding) => binding.kind === "ValidatingAdmissionPolicyBinding");
    if (own.length === 0) return policy;
    return { ...policy, compiled: compileAdmissionPolicy(source, { bindings: own, matching: "offline" }) };
  }
  if (source.kind !== "MutatingAdmissionPolicy") return policy;
  const own = named.filter((binding) => binding.kind === "MutatingAdmissionPolicyBinding");
  return own.length === 0 ? policy : loadMutating(source, own);
}
