import type { MatchConstraints } from "#api/policies/match-constraints.ts";

/** A set of pod controllers that share the place of their pod template. */
export interface AutogenTarget {
  /** The key of `status.autogen.configs`. */
  readonly ref: "defaults" | "cronjobs";
  /** Where a pod's `spec` and `metadata` stand in them. */
  readonly templatePath: string;
  readonly matchConstraints: MatchConstraints;
  readonly resources: readonly AutogenResource[];
}

export interface AutogenResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
}

const controllers: readonly (AutogenResource & { readonly ref: AutogenTarget["ref"] })[] = [
  { ref: "defaults", group: "apps", version: "v1", resource: "daemonsets", kind: "DaemonSet" },
  { ref: "defaults", group: "apps", version: "v1", resource: "deployments", kind: "Deployment" },
  { ref: "defaults", group: "apps", version: "v1", resource: "replicasets", kind: "ReplicaSet" },
  { ref: "defaults", group: "apps", version: "v1", resource: "statefulsets", kind: "StatefulSet" },
  { ref: "defaults", group: "batch", version: "v1", resource: "jobs", kind: "Job" },
  { ref: "cronjobs", group: "batch", version: "v1", resource: "cronjobs", kind: "CronJob" },
];

const templatePaths = { defaults: "spec.template", cronjobs: "spec.jobTemplate.spec.template" } as const;

/** What a policy says about pod controllers. */
export interface AutogenSpec {
  readonly matchConstraints?: MatchConstraints | undefined;
  readonly autogen?:
    | { readonly podControllers?: { readonly controllers?: readonly string[] | undefined } | undefined }
    | undefined;
}

/**
 * The pod controllers that a policy for pods is also for: those that it names, or all. Only a policy for nothing but pods,
 * without a selector of objects, exclusions or names, has any.
 */
export function autogenTargets(spec: AutogenSpec): readonly AutogenTarget[] {
  const { matchConstraints } = spec;
  if (matchConstraints === undefined || !isForPodsOnly(matchConstraints)) return [];
  const named = spec.autogen?.podControllers?.controllers;
  const wanted = controllers.filter(({ resource }) => named === undefined || named.includes(resource));
  return (["defaults", "cronjobs"] as const).flatMap((ref) => {
    const resources = wanted.filter((controller) => controller.ref === ref);
    if (resources.length === 0) return [];
    return [
      {
        ref,
        templatePath: templatePaths[ref],
        matchConstraints: constraintsFor(resources, matchConstraints),
        resources: resources.map(({ group, version, resource, kind }) => ({
          group,
          version,
          resource,
          kind,
        })),
      },
    ];
  });
}

function isForPodsOnly({ objectSelector, excludeResourceRules, resourceRules }: MatchConstraints): boolean {
  const { matchLabels = {}, matchExpressions = [] } = objectSelector ?? {};
  if (Object.keys(matchLabels).length > 0 || matchExpressions.length > 0) return false;
  if ((excludeResourceRules ?? []).length > 0) return false;
  const [rule, ...others] = resourceRules ?? [];
  if (rule === undefined || others.length > 0 || (rule.resourceNames ?? []).length > 0) return false;
  return is(rule.apiGroups, "") && is(rule.apiVersions, "v1") && is(rule.resources, "pods");
}

function is(list: readonly string[] | undefined, only: string): boolean {
  return list?.length === 1 && list[0] === only;
}

/** One rule per group and version, with the operations and the namespace selector of the original. */
function constraintsFor(
  resources: readonly AutogenResource[],
  { resourceRules, namespaceSelector }: MatchConstraints,
): MatchConstraints {
  const operations = resourceRules?.[0]?.operations;
  const byGroup = Map.groupBy(resources, ({ group, version }) => `${group}/${version}`);
  return {
    ...(namespaceSelector === undefined ? {} : { namespaceSelector }),
    resourceRules: [...byGroup.values()].map((members) => ({
      apiGroups: [members[0]?.group ?? ""],
      apiVersions: [members[0]?.version ?? ""],
      ...(operations === undefined ? {} : { operations }),
      resources: members.map(({ resource }) => resource).toSorted(),
    })),
  };
}
