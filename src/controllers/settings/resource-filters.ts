import { BudgetExceeded } from "#engine/budget.ts";
import { parseKindSelector, type KindSelector } from "#engine/match/kind-selector.ts";
import { compileWildcard } from "#engine/values/wildcard.ts";
import type { SettingType } from "./setting-type.ts";

/** One bracket group of `resourceFilters`: each part may have wildcards, and an empty part matches only nothing. */
export interface ResourceFilter extends KindSelector {
  readonly namespace: string;
  readonly name: string;
}

/** What filters are asked about. Namespace and subresource are empty where there is none. */
export interface FilterSubject {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

const maxFilters = 10_000;

/**
 * Reads Kyverno's grammar: `[kind,namespace,name]` after `[kind,namespace,name]`, with whatever in between. Parts are
 * not trimmed; parts that are left out are empty; a group with more than three parts repeats the filter before it, as
 * Kyverno does. The kind is `Kind`, `version/Kind` or `group/version/Kind`, each with an optional `/subresource`.
 */
export function parseResourceFilters(source: string): readonly ResourceFilter[] {
  const filters: ResourceFilter[] = [];
  for (const [, inner = ""] of source.matchAll(/\[([^[\]]*)\]/g)) {
    if (filters.length === maxFilters) break;
    const [kind = "", namespace = "", name = "", ...more] = inner.split(",");
    const previous = filters.at(-1);
    if (more.length === 0) filters.push({ ...parseKindSelector(kind), namespace, name });
    else if (previous !== undefined) filters.push(previous);
  }
  return filters;
}

/** A test whether an object is filtered out; built once, for many objects. Throws `BudgetExceeded` for hostile patterns. */
export function compileResourceFilters(
  filters: readonly ResourceFilter[],
): (subject: FilterSubject) => boolean {
  const tests = filters.map(compileFilter);
  return (subject) => tests.some((test) => test(subject));
}

function compileFilter(filter: ResourceFilter): (subject: FilterSubject) => boolean {
  const group = compileWildcard(filter.group);
  const version = compileWildcard(filter.version);
  const kind = compileWildcard(filter.kind);
  const subresource = compileWildcard(filter.subresource);
  const namespace = compileWildcard(filter.namespace);
  const name = compileWildcard(filter.name);
  return (subject) => {
    const ofKind =
      group(subject.group) &&
      version(subject.version) &&
      kind(subject.kind) &&
      subresource(subject.subresource);
    if (!ofKind) return false;
    if (namespace(subject.namespace) && name(subject.name)) return true;
    // A filter for what is in a namespace holds for that Namespace, too.
    const isNamespace = subject.group === "" && subject.version === "v1" && subject.kind === "Namespace";
    return isNamespace && namespace(subject.name);
  };
}

export const resourceFilters: SettingType<readonly ResourceFilter[]> = {
  name: "groups [kind,namespace,name]",
  parse(raw) {
    if (typeof raw !== "string") return { ok: false, problem: "expected groups such as [Pod,kube-system,*]" };
    const filters = parseResourceFilters(raw);
    if (filters.length === 0 && raw.trim() !== "") {
      return {
        ok: false,
        problem: "no group in brackets found; expected groups such as [Pod,kube-system,*]",
      };
    }
    try {
      compileResourceFilters(filters);
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
      return { ok: false, problem: `a pattern is too costly to match: ${error.message}` };
    }
    return { ok: true, value: filters };
  },
  show: (filters) => filters.map(showFilter).join(""),
};

function showFilter({ group, version, kind, subresource, namespace, name }: ResourceFilter): string {
  const prefix =
    group === "*" && version === "*" ? "" : group === "*" ? `${version}/` : `${group}/${version}/`;
  return `[${prefix}${kind}${subresource === "" ? "" : `/${subresource}`},${namespace},${name}]`;
}
