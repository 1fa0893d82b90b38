import {
  decodeImageValidatingPolicy,
  decodeNamespacedImageValidatingPolicy,
} from "#api/policies/image-validating-policy.ts";
import { decodeDeletingPolicy, decodeNamespacedDeletingPolicy } from "#api/policies/deleting-policy.ts";
import { decodeGeneratingPolicy, decodeNamespacedGeneratingPolicy } from "#api/policies/generating-policy.ts";
import { decodeMutatingPolicy, decodeNamespacedMutatingPolicy } from "#api/policies/mutating-policy.ts";
import { decodeNamespacedValidatingPolicy, decodeValidatingPolicy } from "#api/policies/validating-policy.ts";
import type { Decoded } from "#api/schema/decode.ts";
import { compile } from "#engine/compile.ts";
import type { JudgingPolicy } from "#engine/compile.ts";
import { compileDeletingPolicy } from "#engine/deleting-policy/compile-deleting-policy.ts";
import { compileGeneratingPolicy } from "#engine/generating-policy/compile-generating-policy.ts";
import { compileMutatingPolicy } from "#engine/mutating-policy/compile-mutating-policy.ts";

import type { LoadedPolicy } from "./decode-policy.ts";
import { mutation } from "./mutating-action.ts";
import { deletion, generation } from "./policy-action.ts";

type Loader = (content: unknown) => Decoded<LoadedPolicy>;

/** Kinds of CEL policies by API group; a new kind is a row here. */
const loaders: Readonly<Record<string, Readonly<Record<string, Loader>>>> = {
  "policies.kyverno.io": {
    ImageValidatingPolicy: judging(decodeImageValidatingPolicy),
    NamespacedImageValidatingPolicy: judging(decodeNamespacedImageValidatingPolicy),
    ValidatingPolicy: judging(decodeValidatingPolicy),
    NamespacedValidatingPolicy: judging(decodeNamespacedValidatingPolicy),
    MutatingPolicy: mutating(decodeMutatingPolicy),
    NamespacedMutatingPolicy: mutating(decodeNamespacedMutatingPolicy),
    GeneratingPolicy: generating(decodeGeneratingPolicy),
    NamespacedGeneratingPolicy: generating(decodeNamespacedGeneratingPolicy),
    DeletingPolicy: deleting(decodeDeletingPolicy),
    NamespacedDeletingPolicy: deleting(decodeNamespacedDeletingPolicy),
  },
};

/** How documents of a kind become policies; undefined for a kind that is none of the CEL family. */
export function celPolicyLoader(apiVersion: string, kind: string): Loader | undefined {
  const [group = ""] = apiVersion.split("/");
  const kinds = Object.hasOwn(loaders, group) ? loaders[group] : undefined;
  return kinds !== undefined && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
}

/** Policies that only judge. */
function judging(decode: (content: unknown) => Decoded<JudgingPolicy>): Loader {
  return (content) => {
    const decoded = decode(content);
    if (!decoded.ok) return decoded;
    return { ok: true, value: { source: decoded.value, compiled: compile(decoded.value) } };
  };
}

function mutating(
  decode: (content: unknown) => Decoded<Parameters<typeof compileMutatingPolicy>[0]>,
): Loader {
  return (content) => {
    const decoded = decode(content);
    if (!decoded.ok) return decoded;
    const policy = compileMutatingPolicy(decoded.value);
    return { ok: true, value: { source: decoded.value, compiled: policy.policy, action: mutation(policy) } };
  };
}

function generating(
  decode: (content: unknown) => Decoded<Parameters<typeof compileGeneratingPolicy>[0]>,
): Loader {
  return (content) => {
    const decoded = decode(content);
    if (!decoded.ok) return decoded;
    const policy = compileGeneratingPolicy(decoded.value);
    return {
      ok: true,
      value: { source: decoded.value, compiled: policy.policy, action: generation(policy) },
    };
  };
}

function deleting(
  decode: (content: unknown) => Decoded<Parameters<typeof compileDeletingPolicy>[0]>,
): Loader {
  return (content) => {
    const decoded = decode(content);
    if (!decoded.ok) return decoded;
    const policy = compileDeletingPolicy(decoded.value);
    return { ok: true, value: { source: decoded.value, compiled: policy.policy, action: deletion(policy) } };
  };
}
