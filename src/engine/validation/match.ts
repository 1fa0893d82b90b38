import type { LabelSelector } from "#api/schema/metadata.ts";
import type { MatchResources, ResourceDescription, ResourceFilter } from "#api/kyverno/match.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { Budget } from "../budget.ts";
import { deepEqual } from "../values/deep-equal.ts";
import type { Json } from "../values/json.ts";
import { hasWildcard, matchesWildcard } from "../values/wildcard.ts";
import { allFilters, countingFilters } from "./filters.ts";
import { isFilled } from "./report.ts";
import type { Report } from "./report.ts";

/** What the problems of a match depend on besides the match. */
export interface MatchPlace {
  readonly namespaced: boolean;
  readonly clusterKinds: ReadonlySet<string> | undefined;
}

/** Reports match and exclude blocks of a shape that means nothing. */
export function reportMatch(rule: Rule, path: string, place: MatchPlace, report: Report): void {
  const blocks = [
    ["match", rule.match],
    ["exclude", rule.exclude ?? {}],
  ] as const;
  for (const [name, block] of blocks) {
    reportBlock(block, `${path}.${name}`, name, report);
    for (const [filter, at] of allFilters(block, `${path}.${name}`)) reportFilter(filter, at, place, report);
  }
  reportEmptyMatch(rule.match, `${path}.match`, report);
}

function reportBlock(block: MatchResources, path: string, name: string, report: Report): void {
  const any = (block.any ?? []).length > 0;
  const all = (block.all ?? []).length > 0;
  if (any && all) report(path, "Can't specify any and all together");
  if ((any || all) && isFilled(block.resources)) {
    report(path, `can't specify any/all together with ${name} resources`);
  }
}

/** Reports what is wrong with one filter, be it a rule's or an exception's. */
export function reportFilter(
  filter: ResourceFilter,
  path: string,
  { namespaced, clusterKinds }: MatchPlace,
  report: Report,
): void {
  const { kinds = [], name = "", names = [], namespaces = [], selector } = filter.resources ?? {};
  if (name !== "" && names.length > 0) report(path, "Both name and names can not be specified together");
  if (selector !== undefined) reportSelector(selector, `${path}.selector`, report);
  if (namespaced && namespaces.length > 0) {
    report(`${path}.namespaces`, "Filtering namespaces not allowed in namespaced policies");
  }
  for (const [index, kind] of namespaced ? kinds.entries() : []) {
    if (clusterKinds?.has(kind) !== true) continue;
    report(`${path}.kinds[${index}]`, `Cluster wide resource '${kind}' not allowed in namespaced policy`);
  }
  reportUsers(filter, path, report);
}

function reportSelector(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  path: string,
  report: Report,
): void {
  if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) {
    report(path, "The requirements are not specified in selector");
  }
  for (const [index, { operator, values = [] }] of matchExpressions.entries()) {
    const at = `${path}.matchExpressions[${index}]`;
    const wantsValues = operator === "In" || operator === "NotIn";
    if (!wantsValues && operator !== "Exists" && operator !== "DoesNotExist") {
      report(at, `"${operator}" is not a valid label selector operator`);
    } else if (wantsValues !== values.length > 0) {
      report(
        at,
        wantsValues
          ? "for 'in', 'notin' operators, values set can't be empty"
          : "values set must be empty for exists and does not exist",
      );
    }
  }
}

function reportUsers({ roles = [], subjects = [] }: ResourceFilter, path: string, report: Report): void {
  for (const [index, subject] of subjects.entries()) {
    const at = `${path}.subjects[${index}]`;
    if (!["User", "Group", "ServiceAccount"].includes(subject.kind)) {
      report(`${at}.kind`, "kind must be 'User', 'Group', or 'ServiceAccount'");
    }
    if (subject.name === "") report(`${at}.name`, "Required value");
    if (subject.kind === "ServiceAccount" && (subject.namespace ?? "") === "") {
      report(`${at}.namespace`, "namespace is required when Kind is ServiceAccount");
    }
  }
  for (const [index, role] of roles.entries()) {
    if (role.split(":").length !== 2) {
      report(`${path}.roles[${index}]`, "Role is expected to be in namespace:name format");
    }
  }
}

function reportEmptyMatch(match: MatchResources, path: string, report: Report): void {
  for (const [{ resources }, at] of countingFilters(match, path)) {
    if (!isFilled(resources)) report(at, "match resources not specified");
  }
}

const emptySet = "Rule is matching an empty set";

/** Reports an exclude that takes away all that match takes in. */
export function reportMatchConflict({ match, exclude }: Rule, path: string, report: Report): void {
  if (exclude === undefined || (exclude.all ?? []).length > 0 || (match.all ?? []).length > 0) return;
  const matchAny = match.any ?? [];
  const excludeAny = exclude.any ?? [];
  if (matchAny.length > 0 && excludeAny.length > 0) {
    if (matchAny.some((one) => excludeAny.some((other) => isEqual(one, other)))) report(path, emptySet);
    return;
  }
  if (matchAny.length === 0 && excludeAny.length === 0 && isFilled(exclude) && excludesAll(match, exclude)) {
    report(path, emptySet);
  }
}

/** True where each part that the exclude names covers that part of the match. */
function excludesAll(match: ResourceFilter, exclude: ResourceFilter): boolean {
  const from = match.resources ?? {};
  const away = exclude.resources ?? {};
  return (
    coversTexts(away.kinds, from.kinds) &&
    coversTexts(away.namespaces, from.namespaces) &&
    coversTexts(exclude.roles, match.roles) &&
    coversTexts(exclude.clusterRoles, match.clusterRoles) &&
    coversItems(exclude.subjects, match.subjects) &&
    coversNames(away, from) &&
    coversSelector(away.selector, from.selector) &&
    coversSelector(away.namespaceSelector, from.namespaceSelector) &&
    isEqual(away.annotations ?? null, from.annotations ?? null)
  );
}

function coversTexts(away: readonly string[] = [], from: readonly string[] = []): boolean {
  return away.length === 0 || (from.length > 0 && from.every((text) => away.includes(text)));
}

function coversItems(away: readonly unknown[] = [], from: readonly unknown[] = []): boolean {
  if (away.length === 0) return true;
  return from.length > 0 && from.every((item) => away.some((other) => isEqual(item, other)));
}

function coversNames(away: ResourceDescription, from: ResourceDescription): boolean {
  const { name = "", names = [] } = away;
  const matched = from.names ?? [];
  return (
    (name === "" || matchesName(name, from.name ?? "")) &&
    (names.length === 0 || matched.some((text) => names.some((pattern) => matchesName(pattern, text))))
  );
}

function matchesName(pattern: string, name: string): boolean {
  return hasWildcard(pattern) ? matchesWildcard(pattern, name) : pattern === name;
}

function coversSelector(away: LabelSelector | undefined, from: LabelSelector | undefined): boolean {
  if (away === undefined || from === undefined) return away === from;
  const labels = away.matchLabels ?? {};
  const matched = Object.entries(from.matchLabels ?? {});
  return (
    coversItems(away.matchExpressions, from.matchExpressions) &&
    (Object.keys(labels).length === 0 ||
      (matched.length > 0 &&
        matched.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)))
  );
}

function isEqual(a: unknown, b: unknown): boolean {
  return deepEqual(a as Json, b as Json, "float64", new Budget());
}
