import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";
import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { validatePolicy } from "#engine/validation/validate-policy.ts";

/** Why Kyverno's admission would not have let the policy in, as `path: message`; none where it would. */
export type FindRefusals = (policy: ClusterPolicy | Policy) => readonly string[];

/** A kind is without a namespace by its bare name only where no other of that name has one. */
function clusterKindsOf(types: readonly ResourceType[]): ReadonlySet<string> {
  const namespaced = new Set(types.filter((type) => type.namespaced).map(({ kind }) => kind));
  const names = new Set<string>();
  for (const type of types) {
    if (type.namespaced || type.resource.includes("/")) continue;
    names.add(`${apiVersionOf(type)}/${type.kind}`);
    if (!namespaced.has(type.kind)) names.add(type.kind);
  }
  return names;
}

/** Makes the function that finds them, with the scopes of the kinds that are served. */
export function createFindRefusals(types: () => readonly ResourceType[]): FindRefusals {
  let known: { readonly types: readonly ResourceType[]; readonly kinds: ReadonlySet<string> } | undefined;
  return (policy) => {
    const now = types();
    if (known?.types !== now) known = { types: now, kinds: clusterKindsOf(now) };
    return validatePolicy(policy, { clusterKinds: known.kinds }).map(
      ({ path, message }) => `${path}: ${message}`,
    );
  };
}
