import { compileAdmissionPolicy } from "#engine/admission-policy/compile-admission-policy.ts";
import { compileMutatingAdmissionPolicy } from "#engine/admission-policy/compile-mutating-admission-policy.ts";
import { compile } from "#engine/compile.ts";
import type { JudgingPolicy } from "#engine/compile.ts";
import type { CompiledPolicy } from "#engine/compiled-policy.ts";
import type { GroupVersionKind } from "#engine/input.ts";
import { selectsKind } from "#engine/match/kind-selection.ts";
import { matchesWildcard } from "#engine/values/wildcard.ts";
import type { PolicyRef } from "#reports/policy-ref.ts";
import { contentOf } from "./binding-watch.ts";
import { withForcedIgnore } from "./forced-ignore.ts";
import { declaredAction, idleReason, isGenerated } from "./idle-reason.ts";
import { policyContent } from "./policy-content.ts";
import type { PolicyBinding } from "./policy-kinds.ts";
import type { FindRefusals } from "./policy-refusals.ts";

/** A policy as the scan holds it: compiled once per content. */
export interface ScanPolicy {
  /** `ClusterPolicy/name` or `Policy/namespace/name`: one per object. */
  readonly key: string;
  /** As the policy was read, for what refers to it. */
  readonly apiVersion: string;
  readonly ref: PolicyRef;
  readonly content: string;
  readonly compiled: CompiledPolicy;
  /** Why it takes no part in scans, for people; absent where it does. */
  readonly idle?: string;
  /** Why it cannot be read; then it judges nothing, and says so where a policy says what it cannot judge. */
  readonly unreadable?: string;
  /** What Kyverno's admission would not have let in. It is judged by all the same, as far as it can be. */
  readonly refusals: readonly string[];
  /** `metadata.generation`, for conditions. */
  readonly generation?: number;
  /** `Enforce` or `Audit` as declared, for metrics. */
  readonly action: "enforce" | "audit";
}

/** `ClusterPolicy/name` or `Policy/namespace/name`. */
export function policyKey(kind: string, namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === "" ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

/** What a policy is prepared with. */
export interface PreparationOptions {
  readonly findRefusals?: FindRefusals;
  /** The bindings of an admission policy of the API server. */
  readonly bindings?: readonly PolicyBinding[];
  /** Conditions of policies of the CEL kinds that cannot be evaluated do not match, whatever the policy says. */
  readonly forcesIgnore?: boolean;
  /** Told of each compilation. */
  readonly onCompiled?: (kind: string) => void;
}

/** Compiles a policy for the scan. `previous` is kept as it is where the content did not change. */
export function prepareScanPolicy(
  policy: JudgingPolicy,
  previous: ScanPolicy | undefined,
  { findRefusals = () => [], bindings = [], forcesIgnore = false, onCompiled }: PreparationOptions = {},
): ScanPolicy {
  const marks = [isGenerated(policy) ? "+vap" : "", ...bindings.map(contentOf)];
  const content = `${policyContent(policy)}${marks.join("")}`;
  if (previous?.content === content) return previous;
  const compiled = compileWith(forcesIgnore ? withForcedIgnore(policy) : policy, bindings);
  onCompiled?.(policy.kind);
  const idle = idleReason(policy, compiled);
  const generation = policy.metadata.generation;
  const { kind, namespace, name, key } = compiled.identity;
  const isMadeOfRules = policy.kind === "ClusterPolicy" || policy.kind === "Policy";
  return {
    key: policyKey(kind, namespace, name),
    apiVersion: policy.apiVersion,
    ref: { source: compiled.reporting.source, policy: key },
    content,
    compiled,
    refusals: isMadeOfRules ? findRefusals(policy) : [],
    action: declaredAction(policy),
    ...(idle === undefined ? {} : { idle }),
    ...(generation === undefined ? {} : { generation }),
  };
}

function compileWith(policy: JudgingPolicy, bindings: readonly PolicyBinding[]): CompiledPolicy {
  switch (policy.kind) {
    case "ValidatingAdmissionPolicy": {
      const own = bindings.filter((binding) => binding.kind === "ValidatingAdmissionPolicyBinding");
      return compileAdmissionPolicy(policy, { bindings: own, matching: "cluster" });
    }
    case "MutatingAdmissionPolicy": {
      const own = bindings.filter((binding) => binding.kind === "MutatingAdmissionPolicyBinding");
      return compileMutatingAdmissionPolicy(policy, { bindings: own, matching: "cluster" }).policy;
    }
    default:
      return compile(policy);
  }
}

/**
 * What stands for a policy that cannot be read: who it is, and why. `bare` is the policy without all that could not be
 * read.
 */
export function prepareUnreadable(
  bare: JudgingPolicy,
  problems: readonly { readonly path: string; readonly message: string }[],
  previous: ScanPolicy | undefined,
): ScanPolicy {
  const prepared = prepareScanPolicy(bare, undefined);
  const unreadable = `it cannot be read: ${problems.map(({ path, message }) => `${path}: ${message}`).join("; ")}`;
  const content = `${prepared.content}+${unreadable}`;
  if (previous?.content === content) return previous;
  return { ...prepared, content, unreadable, idle: unreadable };
}

/** True where the policy may say something about a whole object of this kind and namespace. */
export function couldJudge(policy: ScanPolicy, gvk: GroupVersionKind, namespace: string): boolean {
  return policy.compiled.selectors.some((selection) => selectsKind(selection, gvk, namespace));
}

/** True where a verdict may depend on what is neither the object nor its namespace, so that it may take a while. */
export function readsOutside({ compiled }: ScanPolicy): boolean {
  const { literalConfigMaps, globalEntries, needsRescan } = compiled;
  return needsRescan || literalConfigMaps.length > 0 || globalEntries.length > 0;
}

/** True where the policy names the entry, or one of these projections of it; the empty name is the whole. */
export function readsGlobalEntry(
  { compiled }: ScanPolicy,
  entry: string,
  projections: ReadonlySet<string> | "all",
): boolean {
  const isNew = (projection: string): boolean => projections === "all" || projections.has(projection);
  return compiled.globalEntries.some((name) => {
    const [read, projection = ""] = name.split(".");
    // CEL names entries and nothing else, and their names may have dots.
    return (name === entry && isNew("")) || (read === entry && isNew(projection));
  });
}

/**
 * The namespaces that the policy narrows a kind to, where it names all of them literally; undefined where it may judge
 * objects anywhere.
 */
export function literalNamespaces(
  policy: ScanPolicy,
  gvk: GroupVersionKind,
): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const { selector, namespaces } of policy.compiled.selectors) {
    if (!matchesWildcard(selector.kind, gvk.kind) || !matchesWildcard(selector.group, gvk.group)) continue;
    if (namespaces === undefined || namespaces.some((pattern) => /[*?]/.test(pattern))) return undefined;
    for (const name of namespaces) names.add(name);
  }
  return names;
}
