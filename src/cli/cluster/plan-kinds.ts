import { resourceTypeKey } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { KindSelection } from "#engine/match/kind-selection.ts";
import { matchesKind } from "#engine/match/kind-selector.ts";
import type { KindSelector } from "#engine/match/kind-selector.ts";

/** A policy and what it can match. */
export interface KindUser<P> {
  readonly policy: P;
  readonly key: string;
  /** A namespaced policy never judges cluster-scoped objects. */
  readonly namespaced: boolean;
  readonly selections: readonly KindSelection[];
}

/** A served kind to list, and the policies that judge it in this version, in their order. */
export interface PlannedKind<P> {
  readonly type: ResourceType;
  readonly policies: readonly P[];
}

/** What is listed for policies, and which of their kinds the cluster does not serve, by the policy's key. */
export interface KindPlan<P> {
  readonly kinds: readonly PlannedKind<P>[];
  readonly unserved: ReadonlyMap<string, readonly string[]>;
}

/** Kinds that are never judged: a verdict about them would be a change of them. */
const never: ReadonlySet<string> = new Set([
  "/Event",
  "events.k8s.io/Event",
  "openreports.io/ClusterReport",
  "openreports.io/Report",
  "reports.kyverno.io/ClusterEphemeralReport",
  "reports.kyverno.io/EphemeralReport",
  "wgpolicyk8s.io/ClusterPolicyReport",
  "wgpolicyk8s.io/PolicyReport",
]);

/** Plans which kinds are listed. Each policy judges one version of a kind, the preferred one where it takes that. */
export function planKinds<P>(users: readonly KindUser<P>[], served: readonly ResourceType[]): KindPlan<P> {
  const families = Map.groupBy(served.filter(isListable), ({ group, kind }) => `${group}/${kind}`);
  const kinds = new Map<string, { readonly type: ResourceType; readonly policies: P[] }>();
  const unserved = new Map<string, readonly string[]>();
  for (const user of users) {
    for (const versions of families.values()) {
      const type = versionFor(user, versions);
      if (type === undefined || (user.namespaced && !type.namespaced)) continue;
      const planned = kinds.get(resourceTypeKey(type)) ?? { type, policies: [] };
      planned.policies.push(user.policy);
      kinds.set(resourceTypeKey(type), planned);
    }
    const missing = user.selections.filter(({ selector }) => {
      return selector.subresource === "" && !served.some((type) => takes(selector, type));
    });
    if (missing.length > 0) unserved.set(user.key, [...new Set(missing.map(textOf))]);
  }
  const ordered = [...kinds.values()].toSorted((a, b) =>
    resourceTypeKey(a.type) < resourceTypeKey(b.type) ? -1 : 1,
  );
  return { kinds: ordered, unserved };
}

function isListable({ resource, verbs, group, kind }: ResourceType): boolean {
  return !resource.includes("/") && verbs.includes("list") && !never.has(`${group}/${kind}`);
}

function takes(selector: KindSelector, { group, version, kind, resource }: ResourceType): boolean {
  return matchesKind(selector, { group, version, kind, resource }, "");
}

function versionFor<P>(user: KindUser<P>, versions: readonly ResourceType[]): ResourceType | undefined {
  const taken = versions.filter((type) => user.selections.some(({ selector }) => takes(selector, type)));
  return taken.find(({ preferred }) => preferred) ?? taken[0];
}

function textOf({ selector: { group, version, kind, resource } }: KindSelection): string {
  return [group, version, resource ?? kind].filter((part) => part !== "*" && part !== "").join("/") || kind;
}
