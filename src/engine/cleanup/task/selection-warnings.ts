import type { CleanupPolicy, ClusterCleanupPolicy } from "#api/kyverno/cleanup-policy.ts";
import type { DeletingPolicy, NamespacedDeletingPolicy } from "#api/policies/deleting-policy.ts";

/** What a cleanup policy says that its author can hardly mean; it is judged as Kyverno judges it all the same. */
export function classicWarnings({ spec }: CleanupPolicy | ClusterCleanupPolicy): readonly string[] {
  const { match, exclude } = spec;
  const filters = [...(match.any ?? []), ...(match.all ?? [])];
  const isOfNamespaces = filters.some(
    ({ resources }) =>
      resources?.namespaceSelector !== undefined &&
      (resources.kinds ?? []).some((kind) => kind.split("/").at(-1) === "Namespace"),
  );
  const excludesAll =
    exclude !== undefined && (exclude.any ?? []).length === 0 && (exclude.all ?? []).length === 0;
  return [
    ...(filters.some(({ resources }) => (resources?.kinds ?? []).length > 0)
      ? []
      : ["match names no kinds, and nothing is deleted"]),
    ...(excludesAll ? ["an exclude that names nothing excludes everything: leave it out"] : []),
    ...(isOfNamespaces
      ? [
          "namespaceSelector is not looked at for Namespaces: select them by selector, or use a DeletingPolicy",
        ]
      : []),
  ];
}

/** The same for a deleting policy. */
export function celWarnings({
  spec: { matchConstraints },
}: DeletingPolicy | NamespacedDeletingPolicy): readonly string[] {
  const rules = matchConstraints?.resourceRules ?? [];
  const hasWildcard = rules.some((rule) =>
    [rule.apiGroups, rule.apiVersions, rule.resources].some((names) =>
      (names ?? []).some((name) => /[*/]/.test(name)),
    ),
  );
  const isIncomplete = rules.some((rule) =>
    [rule.apiGroups, rule.apiVersions, rule.resources].some((names) => (names ?? []).length === 0),
  );
  const neverExcludes = (matchConstraints?.excludeResourceRules ?? []).some(
    ({ operations }) => !(operations ?? []).some((operation) => operation === "*" || operation === "CREATE"),
  );
  return [
    ...(rules.length === 0 ? ["there are no resourceRules, and nothing is deleted"] : []),
    ...(hasWildcard ? ["a resourceRule with a wildcard or a subresource names nothing to look through"] : []),
    ...(isIncomplete ? ["a resourceRule without apiGroups, apiVersions or resources names nothing"] : []),
    ...(neverExcludes ? ["excludeResourceRules without the operation CREATE or * exclude nothing"] : []),
  ];
}
