import type { MatchResources, ResourceDescription, ResourceFilter } from "#api/kyverno/match.ts";
import { apiVersionOf } from "#api/meta/resource-type.ts";
import { filtersOf } from "#engine/match/match.ts";
import { compileResourceFilter } from "#engine/match/resource-filter.ts";
import type { CompiledFilter } from "#engine/match/resource-filter.ts";
import type { MatchSubject } from "#engine/match/subject.ts";
import type { Json } from "#engine/values/json.ts";

import { cappedValue } from "./capped-value.ts";
import type { CriterionExplanation, FilterBlockExplanation, FilterExplanation } from "./explanation.ts";

type BlockName = "match" | "exclude";

/** What filters are held against. */
export interface FilterSubject {
  readonly subject: MatchSubject;
  /** False where nobody knows the labels of the object's namespace. */
  readonly labelsAreKnown: boolean;
}

/** Why a `match` or `exclude` block holds for an object or not, criterion by criterion. */
export function explainFilters(
  name: BlockName,
  block: MatchResources,
  { subject, labelsAreKnown }: FilterSubject,
): FilterBlockExplanation {
  const { quantifier, filters } = filtersOf(block);
  const isPlain = filters[0] === block;
  const explained = filters.map((filter, index) =>
    explainFilter(name, isPlain ? name : `${name}.${quantifier}[${index}]`, filter, {
      subject,
      labelsAreKnown,
    }),
  );
  const holds =
    quantifier === "any" ? explained.some((one) => one.holds) : explained.every((one) => one.holds);
  return { holds, quantifier, filters: explained };
}

function explainFilter(
  block: BlockName,
  path: string,
  filter: ResourceFilter,
  { subject, labelsAreKnown }: FilterSubject,
): FilterExplanation {
  const compiled = compileResourceFilter(filter);
  if (compiled.empty) return { path, holds: false, criteria: [], note: "it names nothing" };
  // Without a user, who may act does not count in match; a filter about nothing else is then empty.
  const countsUsers = block === "exclude" || subject.user !== undefined;
  if (!countsUsers && compiled.onlyUser) {
    return {
      path,
      holds: false,
      criteria: [],
      note: "it is about users only, and nobody makes a request here",
    };
  }
  const criteria = [
    ...describedCriteria(filter.resources ?? {}, { subject, labelsAreKnown }),
    ...(countsUsers ? userCriteria(filter, subject) : []),
  ];
  return { path, holds: criteria.every((criterion) => criterion.holds), criteria };
}

type Part = keyof ResourceDescription;

function describedCriteria(
  description: ResourceDescription,
  { subject, labelsAreKnown }: FilterSubject,
): readonly CriterionExplanation[] {
  return (Object.keys(description) as Part[]).flatMap((part) => {
    const wanted = description[part];
    if (wanted === undefined) return [];
    const compiled = compileResourceFilter({ resources: { [part]: wanted } });
    // An empty list asks for nothing.
    if (compiled.empty) return [];
    const isUnknown = part === "namespaceSelector" && !labelsAreKnown && subject.namespace !== "";
    return {
      name: part,
      holds: holdsFor(part, compiled, subject),
      wanted: cappedValue(wanted),
      found: foundFor(part, subject),
      ...(isUnknown ? { note: "the labels of the namespace are not known" } : {}),
    };
  });
}

function holdsFor(part: Part, compiled: CompiledFilter, subject: MatchSubject): boolean {
  return part === "kinds"
    ? compiled.matchesKinds(subject.gvk, subject.subresource)
    : compiled.matchesObject(subject);
}

function foundFor(part: Part, subject: MatchSubject): Json {
  switch (part) {
    case "kinds":
      return kindText(subject);
    case "name":
    case "names":
      return subject.name;
    case "namespaces":
      return subject.gvk.kind === "Namespace" ? subject.name : subject.namespace;
    case "annotations":
      return cappedValue(subject.annotations);
    case "selector":
      return cappedValue(subject.labels);
    case "namespaceSelector":
      return cappedValue(subject.namespaceLabels);
    case "operations":
      return subject.operation;
    default:
      return part satisfies never;
  }
}

function kindText({ gvk, subresource }: MatchSubject): string {
  const kind = `${apiVersionOf(gvk)}/${gvk.kind}`;
  return subresource === "" ? kind : `${kind}/${subresource}`;
}

function userCriteria(filter: ResourceFilter, subject: MatchSubject): readonly CriterionExplanation[] {
  const { user } = subject;
  const found: Readonly<Record<"roles" | "clusterRoles" | "subjects", Json>> = {
    roles: user?.roles ?? [],
    clusterRoles: user?.clusterRoles ?? [],
    subjects: { username: user?.username ?? "", groups: user?.groups ?? [] },
  };
  return (["roles", "clusterRoles", "subjects"] as const).flatMap((part) => {
    const wanted = filter[part] ?? [];
    if (wanted.length === 0) return [];
    const { matchesUser } = compileResourceFilter({ [part]: wanted });
    return {
      name: part,
      holds: matchesUser(subject),
      wanted: cappedValue(wanted),
      found: cappedValue(found[part]),
    };
  });
}
