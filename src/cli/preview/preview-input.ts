import { decodeMeta } from "#api/meta/object-meta.ts";
import { Budget, defaultBudgetLimits } from "#engine/budget.ts";
import type { ContextRequest, PermissionScope } from "#engine/context/context-source.ts";
import type { PolicyIdentity } from "#engine/compiled-policy.ts";
import type { SourceRequest } from "#engine/generate/clone-sources.ts";
import type { EvaluationInput, GroupVersionKind } from "#engine/input.ts";
import type { TargetSelector } from "#engine/mutate/mutation-target.ts";
import type { JsonObject } from "#engine/values/json.ts";

import type { PreviewWorld } from "./preview-world.ts";

const maxRounds = 16;

/** An object, and what it is. */
export interface PreviewSubject {
  readonly object: JsonObject;
  readonly gvk: GroupVersionKind;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
}

/** What a policy evaluates an object with: as if it had just been created, or changed. */
export function previewInput(
  { object, gvk, namespace }: PreviewSubject,
  world: PreviewWorld,
  { nowMs, operation }: { readonly nowMs: number; readonly operation: "CREATE" | "UPDATE" },
): EvaluationInput {
  const labels = decodeMeta(world.namespace(namespace))?.labels;
  return {
    resource: object,
    gvk,
    subresource: "",
    operation,
    namespace,
    ...(labels === undefined ? {} : { namespaceLabels: labels }),
    nowMs,
    seed: 1,
    numbers: "int64",
    budget: new Budget(defaultBudgetLimits),
    context: world.context,
  };
}

/** What an evaluation waits for. */
export interface Waits {
  readonly kind: "pending";
  readonly requests: readonly ContextRequest[];
  readonly selectors?: readonly TargetSelector[];
  readonly sources?: readonly SourceRequest[];
}

/** Evaluates until nothing is missing, loading what is asked for; undefined where that has no end. */
export async function settle<R extends { readonly kind: string }>(
  evaluate: () => R | Waits,
  scope: PermissionScope,
  world: PreviewWorld,
): Promise<Exclude<R, Waits> | undefined> {
  for (let round = 0; round < maxRounds; round += 1) {
    const result = evaluate();
    if (!isWaiting(result)) return result as Exclude<R, Waits>;
    const { requests, selectors = [], sources = [] } = result;
    await world.load({ scope, requests, selectors, sources });
  }
  return undefined;
}

function isWaiting(result: { readonly kind: string }): result is Waits {
  return result.kind === "pending";
}

/** Whose authority a policy's calls run under. */
export function scopeOf({ kind, name, namespace }: PolicyIdentity): PermissionScope {
  return {
    policyKind: kind,
    policyName: name,
    ...(namespace === undefined ? {} : { policyNamespace: namespace }),
  };
}
