import type { MatchConstraints } from "#api/policies/match-constraints.ts";

/** What, besides the object itself, the verdicts of a policy depend on. */
export interface CelInputs {
  readonly usesNamespaceLabels: boolean;
  readonly readsStatus: boolean;
  readonly literalConfigMaps: readonly { readonly namespace: string; readonly name: string }[];
  readonly globalEntries: readonly string[];
  readonly needsRescan: boolean;
  /** Kinds of objects that parameterize the policy: a change of one may change a verdict. */
  readonly paramKinds?: readonly { readonly apiVersion?: string; readonly kind?: string }[];
}

/** Calls, time, chance and registries: what changes although nothing that is watched does. */
const unwatched =
  /\b(?:resource|http|image|generator)\s*\.\s*[A-Za-z]|\b(?:getImageData|verifyImageSignatures|verifyAttestationSignatures)\b|\btime\s*\.\s*now\b|\brandom\b|\bnow\s*\(/;
const globalCall = /\bglobalContext\s*\.\s*[Gg]et\s*\(\s*(?:'([^'\\]*)'|"([^"\\]*)")?/g;

/** Works out the inputs of expressions. Where it is not certain, it says that there is one. */
export function celInputs(
  texts: readonly string[],
  constraints: readonly (MatchConstraints | undefined)[],
): CelInputs {
  const text = texts.join("\n");
  const calls = [...text.matchAll(globalCall)].map((found) => found[1] ?? found[2]);
  const selectsNamespaces = constraints.some((one) => one?.namespaceSelector !== undefined);
  return {
    usesNamespaceLabels: selectsNamespaces || text.includes("namespaceObject"),
    readsStatus: text.includes("status") || /\b(?:object|oldObject)\b(?!\.[A-Za-z_])/.test(text),
    literalConfigMaps: [],
    globalEntries: [...new Set(calls.filter((name) => name !== undefined))],
    needsRescan: unwatched.test(text) || calls.some((name) => name === undefined),
  };
}

/** All texts within a part of a policy. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
