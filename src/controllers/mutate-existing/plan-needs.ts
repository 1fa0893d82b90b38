import type { ResourceType } from "#api/meta/resource-type.ts";
import type { AccessNeed } from "#controllers/permissions/access-need.ts";
import { matchesKind, parseKindSelector } from "#engine/match/kind-selector.ts";
import { hasWildcard } from "#engine/values/wildcard.ts";
import type { MutateTask } from "./mutate-task.ts";

const maxKinds = 20;

/**
 * What a task must be allowed to do, as far as its policy tells: `get` and `update` on each kind of target, and `list`
 * where one is not named alone. A namespace with variables stands for the whole cluster; a kind with variables, or one
 * that is not served, needs nothing that could be known now.
 */
export function planNeeds(task: MutateTask, served: readonly ResourceType[]): readonly AccessNeed[] {
  const policyNamespace = task.owner.namespace ?? "";
  if (task.kind === "policy") {
    return task.existing.resources.flatMap(({ group, version, resource, subresource }) =>
      served
        .filter((type) => type.group === group && type.version === version && type.resource === resource)
        .flatMap((type) => needsOf(type, subresource, policyNamespace, true)),
    );
  }
  return task.declaredTargets.flatMap((target) => {
    const kindText = `${target.apiVersion}/${target.kind}`;
    if (hasVariable(kindText)) return [];
    const selector = parseKindSelector(kindText);
    if (hasWildcard(selector.subresource)) return [];
    const types = served.filter(
      (type) =>
        matchesKind({ ...selector, subresource: "" }, type, "") &&
        (!hasWildcard(selector.version) || type.preferred),
    );
    const written = policyNamespace === "" ? target.namespace : policyNamespace;
    const isListed = !isLiteral(target.name) || !isLiteral(written);
    return types.slice(0, maxKinds).flatMap((type) => {
      const namespace = type.namespaced && isLiteral(written) ? written : "";
      return needsOf(type, selector.subresource, namespace, isListed);
    });
  });
}

function needsOf(
  type: ResourceType,
  subresource: string,
  namespace: string,
  isListed: boolean,
): readonly AccessNeed[] {
  const { group, version, kind, resource, namespaced } = type;
  const whole = { group, version, kind, resource, namespace: namespaced ? namespace : "" };
  const need = (verb: string, of = ""): AccessNeed => ({ ...whole, verb, subresource: of });
  return [need("get"), ...(isListed ? [need("list")] : []), need("update", subresource)];
}

function hasVariable(text: string): boolean {
  return text.includes("{{") || text.includes("$(");
}

function isLiteral(text: string): boolean {
  return text !== "" && !hasWildcard(text) && !hasVariable(text);
}
