import type { ResourceFilter } from "#api/kyverno/match.ts";
import type { PolicyException } from "#api/kyverno/exception.ts";

import { compileLabelSelector } from "../match/label-selector.ts";
import { compileResourceFilter } from "../match/resource-filter.ts";
import type { MatchSubject } from "../match/subject.ts";

type SubjectTest = (subject: MatchSubject) => boolean;

/**
 * Compiles the `match` of an exception. It is read as that of a rule, with these differences: there is no form without
 * any and all; operations do not count; a namespace selector does not count for Namespaces; users count in a scan too,
 * where nobody asks. A match or a filter that names nothing covers nothing.
 */
export function compileExceptionMatch({ any, all }: PolicyException["spec"]["match"]): SubjectTest {
  if (any !== undefined && any.length > 0) {
    const filters = any.map(compileFilter);
    return (subject) => filters.some((covers) => covers(subject));
  }
  if (all === undefined || all.length === 0) return () => false;
  const filters = all.map(compileFilter);
  return (subject) => filters.every((covers) => covers(subject));
}

function compileFilter(filter: ResourceFilter): SubjectTest {
  if (compileResourceFilter(filter).empty) return () => false;
  const { resources, ...users } = filter;
  const { operations: _operations, namespaceSelector, ...description } = resources ?? {};
  const { matchesKinds, matchesObject, matchesUser } = compileResourceFilter({
    ...users,
    resources: description,
  });
  const inNamespace = namespaceSelector === undefined ? () => true : compileLabelSelector(namespaceSelector);
  return (subject) =>
    matchesKinds(subject.gvk, subject.subresource) &&
    matchesObject(subject) &&
    (subject.gvk.kind === "Namespace" || inNamespace(subject.namespaceLabels)) &&
    matchesUser(subject);
}
