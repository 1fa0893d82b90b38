import type { ResourceType } from "#api/meta/resource-type.ts";
import type { NamespaceFilter } from "./pass-request.ts";
import { couldJudge, literalNamespaces } from "./scan-policy.ts";
import type { ScanPolicy } from "./scan-policy.ts";
import { planWantedKinds } from "#controllers/runtime/wanted-kinds.ts";
import type { WantedKinds } from "#controllers/runtime/wanted-kinds.ts";

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
  const { group, version, kind, resource } = type;
  const gvk = { group, version, kind, resource };
  let union: ReadonlySet<string> = new Set();
  for (const policy of versions) {
    const names = type.namespaced ? literalNamespaces(policy, gvk) : undefined;
    if (names === undefined) return undefined;
    union = union.union(names);
  }
  return union;
}

/**
 * What has to be listed again when one plan takes the place of another: kinds that a changed policy judges or judged,
 * narrowed to the namespaces that both versions name literally. Kinds that only now begin to be watched are judged by
 * their first list.
 */
export function planPasses(
  before: ReadonlyMap<string, KindPlan>,
  after: ReadonlyMap<string, KindPlan>,
): PlannedPass[] {
  const passes: PlannedPass[] = [];
  for (const [kind, { type, policies }] of after) {
    const known = before.get(kind)?.policies;
    if (known === undefined) continue;
    for (const key of new Set([...known.keys(), ...policies.keys()])) {
      const [old, now] = [known.get(key), policies.get(key)];
      if (old === now) continue;
      const versions = [old, now].filter((policy) => policy !== undefined);
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
    const { group, version, kind, resource } = type;
    const gvk = { group, version, kind, resource };
    if (couldJudge(policy, gvk, scope.namespace ?? "")) return true;
  }
  return false;
}
