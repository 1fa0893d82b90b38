import { decodeNamespacedValidatingPolicy, decodeValidatingPolicy } from "#api/policies/validating-policy.ts";
import type { Decoded } from "#api/schema/decode.ts";
import { compile } from "#engine/compile.ts";
import type { JudgingPolicy } from "#engine/compile.ts";

import type { LoadedPolicy } from "./decode-policy.ts";

type Loader = (content: unknown) => Decoded<LoadedPolicy>;

/** Kinds of CEL policies by API group; a new kind is a row here. */
const loaders: Readonly<Record<string, Readonly<Record<string, Loader>>>> = {
  "policies.kyverno.io": {
    ValidatingPolicy: judging(decodeValidatingPolicy),
    NamespacedValidatingPolicy: judging(decodeNamespacedValidatingPolicy),
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
