import type { MatchConstraints, NamedResourceRule } from "#api/policies/match-constraints.ts";
import type { MutatingPolicySpec } from "#api/policies/mutating-policy.ts";
import type { LabelSelector } from "#api/schema/metadata.ts";

import { compileMatchConstraints } from "../cel-policy/match-constraints.ts";
import type { ConstraintsTest } from "../cel-policy/match-constraints.ts";

/** Objects of one resource that a policy changes where they are. */
export interface TargetResource {
  readonly group: string;
  readonly version: string;
  /** Plural. */
  readonly resource: string;
  /** Empty for whole objects. */
  readonly subresource: string;
}

/** Which existing objects a MutatingPolicy changes. */
export type ExistingTargets =
  | {
      readonly kind: "listed";
      /** True where the policy's own constraints select them: each trigger is a target, and changed as one. */
      readonly areTriggers: boolean;
      /** What has to be listed. Wildcards name nothing. */
      readonly resources: readonly TargetResource[];
      /** Of all listed objects only those with these labels; a server may select them. */
      readonly selector: LabelSelector | undefined;
      /** Objects of this namespace alone; undefined for all. */
      readonly namespace: string | undefined;
      /** Whether a listed object is a target: names, labels, labels of the Namespace. Throws a `MatchError`. */
      readonly takes: ConstraintsTest;
    }
  /** An expression says which, trigger by trigger (`targetsOfTrigger`). */
  | { readonly kind: "asked"; readonly resources: readonly TargetResource[] };

/**
 * The existing objects of a policy with `mutateExisting`: by expression, by the target's rules, or by the policy's own. As
 * with Kyverno operations, scope and exclusions do not count for them.
 */
export function compileExistingTargets(
  spec: MutatingPolicySpec,
  namespace: string | undefined,
): ExistingTargets | undefined {
  if (spec.evaluation?.mutateExisting?.enabled !== true) return undefined;
  const { targetMatchConstraints: target } = spec;
  const ofTarget = (target?.resourceRules ?? []).flatMap(resourcesOf);
  if ((target?.expression ?? "") !== "") return { kind: "asked", resources: ofTarget };
  const hasRules = (target?.resourceRules ?? []).length > 0;
  const constraints: MatchConstraints = (hasRules ? target : spec.matchConstraints) ?? {};
  const rules = (constraints.resourceRules ?? []).map(withoutRequest);
  const { excludeResourceRules: _excluded, ...rest } = constraints;
  return {
    kind: "listed",
    areTriggers: target === undefined,
    resources: rules.flatMap(resourcesOf),
    selector: constraints.objectSelector,
    namespace,
    takes: compileMatchConstraints({ ...rest, resourceRules: rules }, { operations: "any" }),
  };
}

function withoutRequest({ scope: _scope, ...rule }: NamedResourceRule): NamedResourceRule {
  return rule;
}

function resourcesOf({ apiGroups, apiVersions, resources }: NamedResourceRule): readonly TargetResource[] {
  return (apiGroups ?? []).flatMap((group) =>
    (apiVersions ?? []).flatMap((version) =>
      (resources ?? []).flatMap((text) => {
        if ([group, version, text].some((part) => part.includes("*"))) return [];
        const [resource = "", subresource = ""] = text.split("/");
        return [{ group, version, resource, subresource }];
      }),
    ),
  );
}
