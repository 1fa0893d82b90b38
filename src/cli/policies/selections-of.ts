import { kindSelectionsOf, uniqueSelections } from "#engine/match/kind-selection.ts";
import type { KindSelection } from "#engine/match/kind-selection.ts";

import { rulePolicyOf } from "./decode-policy.ts";
import type { LoadedPolicy } from "./decode-policy.ts";

/** What the rules of a policy may match, those that change something included. */
export function selectionsOf(policy: LoadedPolicy): readonly KindSelection[] {
  const { selectors, autogenRules, identity } = policy.compiled;
  const rules = [...(rulePolicyOf(policy)?.spec.rules ?? []), ...autogenRules];
  const changing = rules.filter(({ mutate, generate }) => mutate !== undefined || generate !== undefined);
  return uniqueSelections([
    ...selectors,
    ...changing.flatMap(({ match }) => kindSelectionsOf(match, identity.namespace)),
  ]);
}
