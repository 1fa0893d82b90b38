import { resourceTypeKey } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { matchesKind } from "#engine/match/kind-selector.ts";
import type { KindSelector } from "#engine/match/kind-selector.ts";

/** What the plan needs to know of a policy. */
export interface KindUser {
  readonly key: string;
  /** A namespaced policy never judges cluster-scoped objects. */
  readonly namespaced: boolean;
  readonly selectors: readonly KindSelector[];
}

/** A served kind to watch, and the policies that judge it in this version. */
export interface WantedKind {
  readonly type: ResourceType;
  readonly policies: ReadonlySet<string>;
}

export interface WantedKinds {
  /** By `resourceTypeKey`. */
  readonly kinds: ReadonlyMap<string, WantedKind>;
  /** Selectors, as `policy` → kinds as text, that nothing served fits now; a CRD may bring them later. */
  readonly unserved: ReadonlyMap<string, readonly string[]>;
}

/** Kinds that are never scanned: a verdict about them would be a change of them. */
const never = new Set([
  "/Event",
  "events.k8s.io/Event",
  "wgpolicyk8s.io/PolicyReport",
  "wgpolicyk8s.io/ClusterPolicyReport",
  "openreports.io/Report",
  "openreports.io/ClusterReport",
  "reports.kyverno.io/EphemeralReport",
  "reports.kyverno.io/ClusterEphemeralReport",
]);

function familyOf(type: ResourceType): string {
  return `${type.group}/${type.kind}`;
}

/** True for a kind that can be listed and watched and that no policy is kept from. */
function isScannable(type: ResourceType): boolean {
  return (
    !type.resource.includes("/") &&
    type.verbs.includes("list") &&
    type.verbs.includes("watch") &&
    !never.has(familyOf(type))
  );
}

function selects(selector: KindSelector, type: ResourceType): boolean {
  const { group, version, kind, resource } = type;
  return matchesKind(selector, { group, version, kind, resource }, "");
}

/**
 * The one version in which a policy judges a kind: the preferred one where a selector takes it, else the first served
 * one that a selector names. Two versions would give one object two results of one rule.
 */
function versionFor(user: KindUser, versions: readonly ResourceType[]): ResourceType | undefined {
  const taken = versions.filter((type) => user.selectors.some((selector) => selects(selector, type)));
  return taken.find((type) => type.preferred) ?? taken[0];
}

function selectorText(selector: KindSelector): string {
  const group = selector.group === "*" ? "" : `${selector.group}/`;
  const version = selector.version === "*" && group === "" ? "" : `${selector.version}/`;
  return `${group}${version}${selector.resource ?? selector.kind}`;
}

function groupFamilies(types: readonly ResourceType[]): Map<string, ResourceType[]> {
  const families = new Map<string, ResourceType[]>();
  for (const type of types) {
    if (!isScannable(type)) continue;
    const known = families.get(familyOf(type));
    if (known === undefined) families.set(familyOf(type), [type]);
    else known.push(type);
  }
  return families;
}

/** Which served kinds to watch for these policies, and which policy judges what. */
export function planWantedKinds(users: Iterable<KindUser>, types: readonly ResourceType[]): WantedKinds {
  const families = groupFamilies(types);
  const kinds = new Map<string, { readonly type: ResourceType; readonly policies: Set<string> }>();
  const unserved = new Map<string, string[]>();
  for (const user of users) {
    for (const versions of families.values()) {
      const type = versionFor(user, versions);
      if (type === undefined || (user.namespaced && !type.namespaced)) continue;
      const key = resourceTypeKey(type);
      const wanted = kinds.get(key) ?? { type, policies: new Set<string>() };
      wanted.policies.add(user.key);
      kinds.set(key, wanted);
    }
    const missing = user.selectors.filter(
      (selector) => selector.subresource === "" && !types.some((type) => selects(selector, type)),
    );
    if (missing.length > 0) unserved.set(user.key, missing.map(selectorText));
  }
  return { kinds, unserved };
}
