import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";
import type { CompiledPolicy } from "#engine/compiled-policy.ts";
import { compile } from "#engine/compile.ts";
import type { GroupVersionKind } from "#engine/input.ts";
import { selectsKind } from "#engine/match/kind-selection.ts";
import { matchesWildcard } from "#engine/values/wildcard.ts";
import type { PolicyRef } from "#reports/policy-ref.ts";
import { policyContent } from "./policy-content.ts";
import type { FindRefusals } from "./policy-refusals.ts";

/** A policy as the scan holds it: compiled once per content. */
export interface ScanPolicy {
  /** `ClusterPolicy/name` or `Policy/namespace/name`: one per object. */
  readonly key: string;
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

function idleReason(policy: ClusterPolicy | Policy, compiled: CompiledPolicy): string | undefined {
  if (!compiled.background) return "spec.background is false";
  if (compiled.disabledForReports) return "the label reports.kyverno.io/disabled keeps it out of reports";
  if (compiled.backgroundProblem !== undefined) return compiled.backgroundProblem;
  if (policy.status?.validatingadmissionpolicy?.generated === true) {
    return "a ValidatingAdmissionPolicy was generated from it";
  }
  if (compiled.selectors.length === 0) return "it has no rule that a scan evaluates";
  return undefined;
}

function isEnforcing(policy: ClusterPolicy | Policy): boolean {
  const actions = [
    policy.spec.validationFailureAction,
    ...(policy.spec.rules ?? []).map((rule) => rule.validate?.failureAction),
  ];
  return actions.some((action) => action?.toLowerCase() === "enforce");
}

/** The group of the policy kinds that the scan judges by. */
export const policyGroup = "kyverno.io";

/** `ClusterPolicy/name` or `Policy/namespace/name`. */
export function policyKey(kind: string, namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === "" ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

/** Compiles a policy for the scan. `previous` is kept as it is where the content did not change. */
export function prepareScanPolicy(
  policy: ClusterPolicy | Policy,
  previous: ScanPolicy | undefined,
  findRefusals: FindRefusals = () => [],
): ScanPolicy {
  const generated = policy.status?.validatingadmissionpolicy?.generated === true;
  const content = `${policyContent(policy)}${generated ? "+vap" : ""}`;
  if (previous?.content === content) return previous;
  const compiled = compile(policy);
  const idle = idleReason(policy, compiled);
  const generation = policy.metadata.generation;
  const { kind, namespace, name, key } = compiled.identity;
  return {
    key: policyKey(kind, namespace, name),
    ref: { source: compiled.reporting.source, policy: key },
    content,
    compiled,
    refusals: findRefusals(policy),
    action: isEnforcing(policy) ? "enforce" : "audit",
    ...(idle === undefined ? {} : { idle }),
    ...(generation === undefined ? {} : { generation }),
  };
}

/**
 * What stands for a policy that cannot be read: who it is, and why. `bare` is the policy without all that could not be
 * read.
 */
export function prepareUnreadable(
  bare: ClusterPolicy | Policy,
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
  return compiled.globalEntries.some((name) => {
    const [read, projection = ""] = name.split(".");
    return read === entry && (projections === "all" || projections.has(projection));
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
