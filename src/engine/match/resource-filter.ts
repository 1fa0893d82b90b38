import type { ResourceFilter } from "#api/kyverno/match.ts";

import type { GroupVersionKind } from "../input.ts";
import { compileWildcard, hasWildcard } from "../values/wildcard.ts";
import { matchesKind, parseKindSelector } from "./kind-selector.ts";
import { compileLabelSelector } from "./label-selector.ts";
import type { MatchSubject } from "./subject.ts";
import { hasUserFilter, matchesUser } from "./user-info.ts";
import type { UserFilter } from "./user-info.ts";

type Predicate = (subject: MatchSubject) => boolean;

/** One filter of a match or exclude block, compiled. */
export interface CompiledFilter {
  /** True where the filter names nothing at all. */
  readonly empty: boolean;
  /** True where the filter names users and nothing else; such a filter is empty in a scan's `match`. */
  readonly onlyUser: boolean;
  /** The part that depends on the kind alone; callers may remember it per kind. */
  readonly matchesKinds: (gvk: GroupVersionKind, subresource: string) => boolean;
  /** Everything but kinds and users. */
  readonly matchesObject: Predicate;
  readonly matchesUser: Predicate;
}

/** Compiles one filter. All its attributes must hold; a list holds where one of its entries does. */
export function compileResourceFilter(filter: ResourceFilter): CompiledFilter {
  const user: UserFilter = {
    roles: filter.roles ?? [],
    clusterRoles: filter.clusterRoles ?? [],
    subjects: filter.subjects ?? [],
  };
  const kinds = (filter.resources?.kinds ?? []).map(parseKindSelector);
  const predicates = compileObjectPredicates(filter);
  const named = predicates.length > 0 || kinds.length > 0;
  const first = predicates[0];
  return {
    empty: !named && !hasUserFilter(user),
    onlyUser: !named && hasUserFilter(user),
    matchesKinds:
      kinds.length === 0
        ? () => true
        : (gvk, subresource) => kinds.some((selector) => matchesKind(selector, gvk, subresource)),
    matchesObject:
      predicates.length === 1 && first !== undefined
        ? first
        : (subject) => predicates.every((holds) => holds(subject)),
    matchesUser: hasUserFilter(user) ? (subject) => matchesUser(user, subject.user) : () => true,
  };
}

function compileObjectPredicates(filter: ResourceFilter): Predicate[] {
  const description = filter.resources ?? {};
  const predicates: Predicate[] = [];
  const { operations, name, names, namespaces, annotations, selector, namespaceSelector } = description;
  if (operations !== undefined && operations.length > 0) {
    predicates.push((subject) => operations.includes(subject.operation));
  }
  if (name !== undefined && name !== "") predicates.push(compileName([name]));
  if (names !== undefined && names.length > 0) predicates.push(compileName(names));
  if (namespaces !== undefined && namespaces.length > 0) predicates.push(compileNamespaces(namespaces));
  if (annotations !== undefined && Object.keys(annotations).length > 0) {
    predicates.push(compileAnnotations(annotations));
  }
  if (selector !== undefined) {
    const holds = compileLabelSelector(selector);
    predicates.push((subject) => holds(subject.labels));
  }
  if (namespaceSelector !== undefined) {
    const holds = compileLabelSelector(namespaceSelector);
    predicates.push((subject) => subject.gvk.kind !== "Namespace" && holds(subject.namespaceLabels));
  }
  return predicates;
}

/** Compiles a list of wildcard patterns of which one must match. */
function compileTexts(patterns: readonly string[]): (text: string) => boolean {
  const literals = new Set(patterns.filter((pattern) => !hasWildcard(pattern)));
  const wildcards = patterns.filter(hasWildcard).map(compileWildcard);
  return (text) => literals.has(text) || wildcards.some((matches) => matches(text));
}

function compileName(names: readonly string[]): Predicate {
  const matches = compileTexts(names);
  return (subject) => matches(subject.name);
}

/** A Namespace has no namespace: patterns are held against its own name. */
function compileNamespaces(namespaces: readonly string[]): Predicate {
  const matches = compileTexts(namespaces);
  return (subject) => matches(subject.gvk.kind === "Namespace" ? subject.name : subject.namespace);
}

function compileAnnotations(expected: Readonly<Record<string, string>>): Predicate {
  const pairs = Object.entries(expected).map(([key, value]) => ({
    matchesKey: compileWildcard(key),
    matchesValue: compileWildcard(value),
  }));
  return (subject) =>
    pairs.every(({ matchesKey, matchesValue }) =>
      Object.entries(subject.annotations).some(([key, value]) => matchesKey(key) && matchesValue(value)),
    );
}
