import type { GroupVersionKind } from "#engine/input.ts";
import { matchesKind } from "#engine/match/kind-selector.ts";

import { rulePolicyOf } from "./decode-policy.ts";
import type { LoadedPolicy } from "./decode-policy.ts";
import { selectionsOf } from "./selections-of.ts";

/**
 * The policies that may have a say on whole objects of a kind, in their order: most have nothing to say of most kinds, and
 * that is found out once for each kind. Policies that are not made of rules may concern every kind.
 */
export function concernedPolicies(
  policies: readonly LoadedPolicy[],
): (gvk: GroupVersionKind) => readonly LoadedPolicy[] {
  const known = new Map<string, readonly LoadedPolicy[]>();
  return (gvk) => {
    const key = `${gvk.group}/${gvk.version}/${gvk.kind}`;
    const ready = known.get(key);
    if (ready !== undefined) return ready;
    const concerned = policies.filter((policy) => mayConcern(policy, gvk));
    known.set(key, concerned);
    return concerned;
  };
}

function mayConcern(policy: LoadedPolicy, gvk: GroupVersionKind): boolean {
  if (rulePolicyOf(policy) === undefined) return true;
  return selectionsOf(policy).some(({ selector }) => matchesKind(selector, gvk, ""));
}
