import type { MatchResources, ResourceFilter } from "#api/kyverno/match.ts";

import type { GroupVersionKind } from "../input.ts";
import { matchesWildcard } from "../values/wildcard.ts";
import { matchesKind, parseKindSelector } from "./kind-selector.ts";
import type { KindSelector } from "./kind-selector.ts";
import { filtersOf } from "./match.ts";

/** Objects that a rule may match, by kind and, where the rule narrows them, by namespace. */
export interface KindSelection {
  readonly selector: KindSelector;
  /** Wildcard patterns of which one must match the namespace; absent where objects of any namespace may match. */
  readonly namespaces?: readonly string[];
}

const anyKind = parseKindSelector("*");

/**
 * The selections of one match block. A filter without kinds selects all kinds. In `all` one filter that names kinds and
 * one that names namespaces are enough, because every filter must match. Kinds that may be Namespace are never narrowed:
 * there the patterns are held against the name.
 */
export function kindSelectionsOf(
  match: MatchResources,
  policyNamespace: string | undefined,
): KindSelection[] {
  const { quantifier, filters } = filtersOf(match);
  if (quantifier === "any") return filters.flatMap((filter) => selectionsOf([filter], policyNamespace));
  return selectionsOf(filters, policyNamespace);
}

function selectionsOf(
  filters: readonly ResourceFilter[],
  policyNamespace: string | undefined,
): KindSelection[] {
  const kinds = filters.find((filter) => (filter.resources?.kinds ?? []).length > 0)?.resources?.kinds;
  const named = filters.find((filter) => (filter.resources?.namespaces ?? []).length > 0)?.resources
    ?.namespaces;
  const namespaces = policyNamespace === undefined ? named : [policyNamespace];
  const selectors = kinds === undefined ? [anyKind] : kinds.map(parseKindSelector);
  return selectors.map((selector) =>
    namespaces === undefined || (policyNamespace === undefined && matchesWildcard(selector.kind, "Namespace"))
      ? { selector }
      : { selector, namespaces },
  );
}

/** True where the selection may take a whole object of this kind and namespace. */
export function selectsKind(selection: KindSelection, gvk: GroupVersionKind, namespace: string): boolean {
  return (
    matchesKind(selection.selector, gvk, "") &&
    (selection.namespaces === undefined ||
      selection.namespaces.some((pattern) => matchesWildcard(pattern, namespace)))
  );
}

/** The same selections without repetitions. */
export function uniqueSelections(selections: readonly KindSelection[]): KindSelection[] {
  const unique = new Map<string, KindSelection>();
  for (const selection of selections) {
    const { group, version, kind, subresource, resource = "" } = selection.selector;
    const key = JSON.stringify([group, version, kind, subresource, resource, selection.namespaces ?? null]);
    if (!unique.has(key)) unique.set(key, selection);
  }
  return [...unique.values()];
}
