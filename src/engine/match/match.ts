import type { MatchResources, ResourceFilter } from "#api/kyverno/match.ts";

import type { GroupVersionKind } from "../input.ts";
import { compileResourceFilter } from "./resource-filter.ts";
import type { CompiledFilter } from "./resource-filter.ts";
import type { MatchSubject } from "./subject.ts";

type Quantifier = "any" | "all";

interface FilterBlock {
  readonly quantifier: Quantifier;
  readonly filters: readonly CompiledFilter[];
}

/** The match and exclude blocks of a rule, compiled. */
export interface CompiledMatch {
  /** True where the rule is for this object. */
  readonly matches: (subject: MatchSubject) => boolean;
}

/** Kinds that are remembered per rule; a cluster has some hundreds, a hostile file may name more. */
const maxRememberedKinds = 512;

/**
 * Compiles `match` and `exclude` of one rule. `any` wins over `all`, and both over the fields at the top of the block.
 * An empty filter never matches and never excludes. A scan knows no user: user parts of `match` are then dropped, those
 * of `exclude` are kept.
 */
export function compileMatch(match: MatchResources, exclude: MatchResources | undefined): CompiledMatch {
  const matched = blockOf(match);
  const excluded = exclude === undefined ? undefined : blockOf(exclude);
  const candidatesOf = rememberKinds((gvk, subresource) => kindCandidates(matched, gvk, subresource));
  return {
    matches(subject) {
      const candidates = candidatesOf(subject.gvk, subject.subresource);
      if (candidates.length === 0) return false;
      const holds = (filter: CompiledFilter) => matchesFilter(filter, subject);
      const found = matched.quantifier === "any" ? candidates.some(holds) : candidates.every(holds);
      return found && (excluded === undefined || !excludes(excluded, subject));
    },
  };
}

/** The filters of a block and how they combine. */
export function filtersOf(block: MatchResources): {
  readonly quantifier: Quantifier;
  readonly filters: readonly ResourceFilter[];
} {
  if (block.any !== undefined && block.any.length > 0) return { quantifier: "any", filters: block.any };
  if (block.all !== undefined && block.all.length > 0) return { quantifier: "all", filters: block.all };
  return { quantifier: "all", filters: [block] };
}

function blockOf(block: MatchResources): FilterBlock {
  const { quantifier, filters } = filtersOf(block);
  return { quantifier, filters: filters.map(compileResourceFilter) };
}

/** The filters that may still match an object of this kind; none where the kind alone rules the rule out. */
function kindCandidates(
  block: FilterBlock,
  gvk: GroupVersionKind,
  subresource: string,
): readonly CompiledFilter[] {
  const fitting = block.filters.filter((filter) => !filter.empty && filter.matchesKinds(gvk, subresource));
  return block.quantifier === "any" || fitting.length === block.filters.length ? fitting : [];
}

function matchesFilter(filter: CompiledFilter, subject: MatchSubject): boolean {
  if (subject.user === undefined) return !filter.onlyUser && filter.matchesObject(subject);
  return filter.matchesObject(subject) && filter.matchesUser(subject);
}

function excludes(block: FilterBlock, subject: MatchSubject): boolean {
  const holds = (filter: CompiledFilter) =>
    !filter.empty &&
    filter.matchesKinds(subject.gvk, subject.subresource) &&
    filter.matchesObject(subject) &&
    filter.matchesUser(subject);
  return block.quantifier === "any" ? block.filters.some(holds) : block.filters.every(holds);
}

function rememberKinds<T>(
  compute: (gvk: GroupVersionKind, subresource: string) => T,
): (gvk: GroupVersionKind, subresource: string) => T {
  const known = new Map<string, T>();
  let lastGvk: GroupVersionKind | undefined;
  let lastSubresource: string | undefined;
  let lastValue: T | undefined;
  return (gvk, subresource) => {
    if (gvk === lastGvk && subresource === lastSubresource && lastValue !== undefined) return lastValue;
    const key = `${gvk.group}/${gvk.version}/${gvk.kind}/${subresource}`;
    let value = known.get(key);
    if (value === undefined) {
      value = compute(gvk, subresource);
      if (known.size >= maxRememberedKinds) known.clear();
      known.set(key, value);
    }
    lastGvk = gvk;
    lastSubresource = subresource;
    lastValue = value;
    return value;
  };
}
