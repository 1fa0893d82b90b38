import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { MatchConstraints, NamedResourceRule } from "#api/policies/match-constraints.ts";
import type { CelSubject } from "#engine/cel-policy/cel-subject.ts";
import { compileMatchConstraints, MatchError } from "#engine/cel-policy/match-constraints.ts";
import type { Json } from "#engine/values/json.ts";

import { cappedValue } from "./capped-value.ts";
import type { CriterionExplanation, FilterBlockExplanation, FilterExplanation } from "./explanation.ts";

/** Why match constraints take an object or not, part by part. */
export function explainConstraints(
  constraints: MatchConstraints | undefined,
  subject: CelSubject,
): FilterBlockExplanation {
  if (constraints === undefined) {
    const filter = { path: "matchConstraints", holds: false, criteria: [], note: "there are none" };
    return { holds: false, quantifier: "all", filters: [filter] };
  }
  const { namespaceSelector, objectSelector, excludeResourceRules = [], resourceRules = [] } = constraints;
  const criteria: CriterionExplanation[] = [];
  const note = (name: string, part: MatchConstraints, wanted: Json, found: Json): void => {
    criteria.push({
      name,
      ...holdsFor(part, subject),
      wanted: cappedValue(wanted),
      found: cappedValue(found),
    });
  };
  if (resourceRules.length > 0) {
    note("resourceRules", { resourceRules }, resourceRules.map(shortRule), describe(subject));
  }
  if (namespaceSelector !== undefined) {
    note("namespaceSelector", { namespaceSelector }, namespaceSelector, namespaceLabels(subject));
  }
  if (objectSelector !== undefined) {
    note("objectSelector", { objectSelector }, objectSelector, subject.labels);
  }
  const excludes = excludeResourceRules.map((rule, index): FilterExplanation => {
    const excludes = !compileMatchConstraints({ excludeResourceRules: [rule] })(subject);
    return {
      path: `matchConstraints.excludeResourceRules[${index}]`,
      holds: !excludes,
      criteria: [],
      note: `${excludes ? "leaves the object out" : "is about other objects"}: ${JSON.stringify(shortRule(rule))}`,
    };
  });
  const own: FilterExplanation = {
    path: "matchConstraints",
    holds: criteria.every(({ holds }) => holds),
    criteria,
  };
  const filters = [own, ...excludes];
  return { holds: filters.every(({ holds }) => holds), quantifier: "all", filters };
}

function holdsFor(part: MatchConstraints, subject: CelSubject): Pick<CriterionExplanation, "holds" | "note"> {
  try {
    return { holds: compileMatchConstraints(part)(subject) };
  } catch (error) {
    if (!(error instanceof MatchError)) throw error;
    return { holds: false, note: error.message };
  }
}

/** `CREATE,UPDATE apps/v1 deployments`, with the names where only some are meant. */
function shortRule({
  operations = [],
  apiGroups = [],
  apiVersions = [],
  resources = [],
  resourceNames = [],
  scope = "*",
}: NamedResourceRule): string {
  const groups = apiGroups.map((group) => (group === "" ? "core" : group)).join(",");
  const names = resourceNames.length === 0 ? "" : ` named ${resourceNames.join(",")}`;
  const within = scope === "*" ? "" : ` (${scope})`;
  return `${operations.join(",")} ${groups}/${apiVersions.join(",")} ${resources.join(",")}${names}${within}`;
}

function describe({ operation, gvk, resource, subresource }: CelSubject): string {
  const type = subresource === "" ? resource : `${resource}/${subresource}`;
  const version = gvk.group === "" ? `core/${gvk.version}` : apiVersionOf(gvk);
  return `${operation} ${version} ${type}`;
}

function namespaceLabels({ gvk, labels, namespaceLabels: known }: CelSubject): Json {
  return gvk.group === "" && gvk.kind === "Namespace" ? labels : known;
}
