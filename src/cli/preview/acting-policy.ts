import { isRecord } from "#api/schema/path.ts";
import { decodeClusterPolicy, decodePolicy } from "#api/kyverno/cluster-policy.ts";
import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";
import type { Rule } from "#api/kyverno/rule.ts";
import { splitApiVersion } from "#api/meta/resource-type.ts";
import { decodeGeneratingPolicy, decodeNamespacedGeneratingPolicy } from "#api/policies/generating-policy.ts";
import { decodeMutatingPolicy, decodeNamespacedMutatingPolicy } from "#api/policies/mutating-policy.ts";
import type { Decoded, Problem } from "#api/schema/decode.ts";
import { compile } from "#engine/compile.ts";
import type { PolicyIdentity } from "#engine/compiled-policy.ts";
import { compileGenerations } from "#engine/generate/compile-generations.ts";
import type { CompiledGenerations } from "#engine/generate/compiled-generations.ts";
import { compileGeneratingPolicy } from "#engine/generating-policy/compile-generating-policy.ts";
import type { CompiledGeneratingPolicy } from "#engine/generating-policy/compile-generating-policy.ts";
import { kindSelectionsOf } from "#engine/match/kind-selection.ts";
import type { KindSelection } from "#engine/match/kind-selection.ts";
import { compileMutations } from "#engine/mutate/compile-mutations.ts";
import type { CompiledMutations } from "#engine/mutate/compiled-mutations.ts";
import { compileMutatingPolicy } from "#engine/mutating-policy/compile-mutating-policy.ts";
import type { CompiledMutatingPolicy } from "#engine/mutating-policy/compile-mutating-policy.ts";

/** What policies do beside admission: they make objects, or change objects that exist. */
export type Act =
  | { readonly kind: "generate"; readonly compiled: CompiledGenerations }
  | { readonly kind: "generateByPolicy"; readonly compiled: CompiledGeneratingPolicy }
  | { readonly kind: "mutateExisting"; readonly compiled: CompiledMutations }
  | { readonly kind: "mutateByPolicy"; readonly compiled: CompiledMutatingPolicy };

/** A policy that makes or changes objects, with what is to know before it is run. */
export interface ActingPolicy {
  readonly identity: PolicyIdentity;
  readonly act: Act;
  /** What its triggers can be. */
  readonly selections: readonly KindSelection[];
  /** Texts in which the kinds of what it makes are named. */
  readonly texts: string;
  /** What keeps it from running. */
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** The acting policies of a document (one for what it makes, one for what it changes); undefined for other documents. */
export type ReadPolicies =
  | { readonly ok: true; readonly value: readonly ActingPolicy[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads a document of the kinds that act. Never throws. */
export function actingPoliciesOf(content: unknown): ReadPolicies | undefined {
  if (!isRecord(content)) return undefined;
  const { apiVersion, kind } = content;
  const { group } = splitApiVersion(typeof apiVersion === "string" ? apiVersion : "");
  switch (`${group}/${String(kind)}`) {
    case "kyverno.io/ClusterPolicy":
      return readWith(decodeClusterPolicy(content), classicPolicies);
    case "kyverno.io/Policy":
      return readWith(decodePolicy(placed(content)), classicPolicies);
    case "policies.kyverno.io/GeneratingPolicy":
      return readWith(decodeGeneratingPolicy(content), (policy) => [
        generatingPolicy(compileGeneratingPolicy(policy), policy.spec),
      ]);
    case "policies.kyverno.io/NamespacedGeneratingPolicy":
      return readWith(decodeNamespacedGeneratingPolicy(placed(content)), (policy) => [
        generatingPolicy(compileGeneratingPolicy(policy), policy.spec),
      ]);
    case "policies.kyverno.io/MutatingPolicy":
      return readWith(decodeMutatingPolicy(content), (policy) =>
        mutatingPolicies(compileMutatingPolicy(policy)),
      );
    case "policies.kyverno.io/NamespacedMutatingPolicy":
      return readWith(decodeNamespacedMutatingPolicy(placed(content)), (policy) =>
        mutatingPolicies(compileMutatingPolicy(policy)),
      );
    default:
      return undefined;
  }
}

function readWith<T>(
  decoded: Decoded<T>,
  policies: (value: T) => readonly ActingPolicy[],
): ReadPolicies | undefined {
  if (!decoded.ok) return decoded;
  const found = policies(decoded.value);
  return found.length === 0 ? undefined : { ok: true, value: found };
}

/** A file may leave the namespace out, as for kubectl. */
function placed(content: Readonly<Record<string, unknown>>): object {
  const { metadata } = content;
  return { ...content, metadata: { namespace: "default", ...(isRecord(metadata) ? metadata : {}) } };
}

function classicPolicies(policy: ClusterPolicy | Policy): readonly ActingPolicy[] {
  const rules = policy.spec.rules ?? [];
  const generating = rules.filter(({ generate }) => generate !== undefined);
  const changing = [...rules, ...compile(policy).autogenRules].filter(
    ({ mutate }) => mutate?.targets !== undefined,
  );
  const found: ActingPolicy[] = [];
  if (generating.length > 0) {
    const compiled = compileGenerations(policy);
    found.push({
      ...classicParts(generating, compiled),
      act: { kind: "generate", compiled },
      texts: JSON.stringify(generating.map(({ generate }) => generate)),
      notes: idleRules(
        generating,
        ({ generate }) => generate?.generateExisting ?? policy.spec.generateExisting,
        "generateExisting",
      ),
    });
  }
  if (changing.length > 0) {
    const compiled = compileMutations(policy);
    found.push({
      ...classicParts(changing, compiled),
      act: { kind: "mutateExisting", compiled },
      texts: "",
      notes: idleRules(
        changing,
        ({ mutate }) => mutate?.mutateExistingOnPolicyUpdate ?? policy.spec.mutateExistingOnPolicyUpdate,
        "mutateExistingOnPolicyUpdate",
      ),
    });
  }
  return found;
}

function classicParts(
  rules: readonly Rule[],
  { identity, problems }: CompiledGenerations | CompiledMutations,
): Pick<ActingPolicy, "identity" | "selections" | "problems"> {
  const names = new Set(rules.map(({ name }) => name));
  return {
    identity,
    selections: rules.flatMap(({ match }) => kindSelectionsOf(match, identity.namespace)),
    problems: problems
      .filter(({ rule }) => rule === undefined || names.has(rule))
      .map(({ rule, message }) => (rule === undefined ? message : `rule ${rule}: ${message}`)),
  };
}

/** Rules that do not look at what is there when they come: the preview shows what the next change of a trigger brings. */
function idleRules(
  rules: readonly Rule[],
  isOn: (rule: Rule) => boolean | undefined,
  field: string,
): readonly string[] {
  return rules
    .filter((rule) => isOn(rule) !== true)
    .map(({ name }) => `rule ${name} waits until a trigger changes, because ${field} is off`);
}

function generatingPolicy(compiled: CompiledGeneratingPolicy, spec: object): ActingPolicy {
  const { identity, policy, problem, generateExisting } = compiled;
  return {
    identity,
    act: { kind: "generateByPolicy", compiled },
    selections: policy.selectors,
    texts: JSON.stringify(spec),
    problems: problem === undefined ? [] : [problem],
    notes: generateExisting
      ? []
      : ["the policy waits until a trigger changes, because evaluation.generateExisting is off"],
  };
}

function mutatingPolicies(compiled: CompiledMutatingPolicy): readonly ActingPolicy[] {
  const { existing, identity, policy } = compiled;
  if (existing === undefined) return [];
  return [
    {
      identity,
      act: { kind: "mutateByPolicy", compiled },
      // What is listed depends on no trigger.
      selections: existing.kind === "asked" ? policy.selectors : [],
      texts: "",
      problems: policy.problems.map(({ message }) => message),
      notes: [],
    },
  ];
}
