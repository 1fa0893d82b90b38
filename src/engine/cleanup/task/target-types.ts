import type { ResourceType } from "#api/meta/resource-type.ts";
import type { CleanupTask } from "./cleanup-task.ts";

/** What a policy looks through, and what it names and cannot. */
export interface TargetTypes {
  readonly types: readonly ResourceType[];
  /** Served kinds that a namespaced policy names and may not reach, or that cannot be listed or deleted; for people. */
  readonly unreachable: readonly string[];
}

/**
 * The served kinds whose objects a policy looks at, one version of each: the preferred one where the policy takes it. A
 * policy of a namespace reaches namespaced kinds only.
 */
export function targetTypesOf(task: CleanupTask, served: readonly ResourceType[]): TargetTypes {
  const families = new Map<string, ResourceType>();
  const unreachable = new Set<string>();
  for (const type of served) {
    if (type.resource.includes("/") || !task.selection.selects(type)) continue;
    const family = `${type.group}/${type.kind}`;
    const problem = problemOf(task, type);
    if (problem !== undefined) {
      if (task.selection.namesKind(type)) unreachable.add(`${type.kind} ${problem}`);
      continue;
    }
    if (type.preferred || !families.has(family)) families.set(family, type);
  }
  return { types: [...families.values()], unreachable: [...unreachable] };
}

function problemOf(task: CleanupTask, { namespaced, verbs }: ResourceType): string | undefined {
  if (task.namespace !== undefined && !namespaced)
    return "is cluster-scoped, and this policy is of a namespace";
  if (!verbs.includes("list")) return "cannot be listed";
  return verbs.includes("delete") ? undefined : "cannot be deleted";
}
