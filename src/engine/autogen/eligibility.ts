import { autogenControllersAnnotation } from "#api/labels.ts";
import type { MatchResources, ResourceDescription } from "#api/kyverno/match.ts";
import type { PolicySpec } from "#api/kyverno/policy-spec.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { namesPod, podControllers } from "./pod-controllers.ts";

const literalKinds: ReadonlySet<string> = new Set(["Pod", ...podControllers]);

/**
 * The controllers that rules of a policy are generated for; none where the policy is not eligible. One rule that cannot
 * be extended takes all rules of the policy out. The annotation is read as it is written: split at commas, not trimmed.
 */
export function autogenControllers(
  spec: PolicySpec,
  annotations: Readonly<Record<string, string>>,
): readonly string[] {
  if (!isEligible(spec.rules ?? [])) return [];
  if (!Object.hasOwn(annotations, autogenControllersAnnotation)) return podControllers;
  return [...new Set((annotations[autogenControllersAnnotation] ?? "").split(","))];
}

function isEligible(rules: readonly Rule[]): boolean {
  const descriptions = rules.flatMap((rule) => [
    ...descriptionsOf(rule.match),
    ...(rule.exclude === undefined ? [] : descriptionsOf(rule.exclude)),
  ]);
  return (
    rules.every((rule) => !hasUnsuitableBody(rule)) &&
    descriptions.every((description) => !namesObjects(description)) &&
    descriptions.some((description) => (description.kinds ?? []).some((kind) => literalKinds.has(kind)))
  );
}

function descriptionsOf(block: MatchResources): ResourceDescription[] {
  return [
    block.resources,
    ...[...(block.any ?? []), ...(block.all ?? [])].map((filter) => filter.resources),
  ].filter((description) => description !== undefined);
}

/** Generated objects and JSON patches are written for one kind of object. */
function hasUnsuitableBody(rule: Rule): boolean {
  const { generate, mutate } = rule;
  return (
    generate !== undefined ||
    (mutate?.patchesJson6902 ?? "") !== "" ||
    (mutate?.foreach ?? []).some((entry) => (entry.patchesJson6902 ?? "") !== "")
  );
}

/** What fits a pod's own name, labels or annotations does not fit its controller's. */
function namesObjects(description: ResourceDescription): boolean {
  const kinds = description.kinds ?? [];
  return (
    (description.name ?? "") !== "" ||
    (description.names ?? []).length > 0 ||
    description.selector !== undefined ||
    description.annotations !== undefined ||
    (kinds.length > 1 && namesPod(kinds))
  );
}
