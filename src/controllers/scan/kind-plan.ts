import { resourceTypeKey } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { NamespaceFilter } from "./pass-request.ts";
import type { PolicyChange } from "./policy-watch.ts";
import { couldJudge, literalNamespaces } from "./scan-policy.ts";
import type { ScanPolicy } from "./scan-policy.ts";
import { planWantedKinds } from "./wanted-kinds.ts";
import type { WantedKinds } from "./wanted-kinds.ts";

/** A kind to watch with the policies that judge it, by their keys. */
export interface KindPlan {
  readonly type: ResourceType;
  readonly policies: ReadonlyMap<string, ScanPolicy>;
}

/** The kinds to watch for the policies that take part. */
export function planKinds(
  policies: ReadonlyMap<string, ScanPolicy>,
  types: readonly ResourceType[],
): { readonly kinds: ReadonlyMap<string, KindPlan>; readonly unserved: WantedKinds["unserved"] } {
  const active = new Map([...policies].filter(([, policy]) => policy.idle === undefined));
  const users = [...active.values()].map(({ key, compiled }) => ({
    key,
    namespaced: compiled.identity.namespace !== undefined,
    selectors: compiled.selectors.map(({ selector }) => selector),
  }));
  const { kinds, unserved } = planWantedKinds(users, types);
  const plans = new Map<string, KindPlan>();
  for (const [key, wanted] of kinds) {
    const judging = new Map<string, ScanPolicy>();
    for (const policy of wanted.policies) {
      const found = active.get(policy);
      if (found !== undefined) judging.set(policy, found);
    }
    plans.set(key, { type: wanted.type, policies: judging });
  }
  return { kinds: plans, unserved };
}

/** A pass that a policy edit asks of a kind. */
export interface PlannedPass {
  /** `resourceTypeKey` of the kind. */
  readonly kind: string;
  readonly policy: string;
  readonly namespaces: NamespaceFilter;
}

function unionOfNamespaces(versions: readonly ScanPolicy[], type: ResourceType): NamespaceFilter {
  const gvk = { group: type.group, version: type.version, kind: type.kind };
  let union: ReadonlySet<string> = new Set();
  for (const policy of versions) {
    const names = type.namespaced ? literalNamespaces(policy, gvk) : undefined;
    if (names === undefined) return undefined;
    union = union.union(names);
  }
  return union;
}

/**
 * What has to be listed again after policies changed: kinds that the old or the new version judges, narrowed to the
 * namespaces that both name literally. Kinds that only now begin to be watched are judged by their first list.
 */
export function planPasses(
  changes: readonly PolicyChange[],
  before: ReadonlyMap<string, KindPlan>,
  after: ReadonlyMap<string, KindPlan>,
): PlannedPass[] {
  const passes: PlannedPass[] = [];
  for (const { key, before: old, after: now } of changes) {
    for (const [kind, { type, policies }] of after) {
      const known = before.get(kind);
      if (known === undefined) continue;
      const versions = [
        known.policies.has(key) ? old : undefined,
        policies.has(key) ? now : undefined,
      ].filter((policy) => policy !== undefined);
      if (versions.length === 0) continue;
      passes.push({ kind, policy: key, namespaces: unionOfNamespaces(versions, type) });
    }
  }
  return passes;
}

/** True where the policy, as it is planned, may judge an object of this kind, whatever the version. */
export function judgesFamily(
  plans: ReadonlyMap<string, KindPlan>,
  policy: ScanPolicy,
  scope: { readonly group: string; readonly kind: string; readonly namespace?: string },
): boolean {
  for (const { type, policies } of plans.values()) {
    if (type.group !== scope.group || type.kind !== scope.kind || !policies.has(policy.key)) continue;
    const gvk = { group: type.group, version: type.version, kind: type.kind };
    if (couldJudge(policy, gvk, scope.namespace ?? "")) return true;
  }
  return false;
}

/** The key of a plan, for maps beside it. */
export function planKey(plan: KindPlan): string {
  return resourceTypeKey(plan.type);
}
