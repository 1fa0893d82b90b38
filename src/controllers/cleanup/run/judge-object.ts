import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { JsonObject } from "#engine/values/json.ts";
import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import type { NamespaceFacts, RunContext, RunWorld } from "../ports.ts";

/** How often conditions may ask for more data before they are given up. */
const maxRounds = 8;

export type ObjectVerdict =
  | { readonly kind: "selected" }
  | { readonly kind: "kept" }
  | { readonly kind: "failed"; readonly message: string };

/** Judges one object, and loads what its conditions ask for. Rejects only when the run ends. */
export async function judgeObject(
  task: CleanupTask,
  subject: { readonly type: ResourceType; readonly object: KubeObject; readonly namespace: string },
  facts: NamespaceFacts | undefined,
  world: Pick<RunWorld, "now" | "seed" | "budget" | "celExceptions">,
  context: RunContext,
): Promise<ObjectVerdict> {
  const { group, version, kind } = subject.type;
  for (let round = 0; round < maxRounds; round += 1) {
    const verdict = task.selection.judge({
      // What the client parses is JSON, and nothing else.
      resource: subject.object as unknown as JsonObject,
      gvk: { group, version, kind },
      subresource: "",
      operation: "CREATE",
      namespace: subject.namespace,
      ...(facts === undefined ? {} : { namespaceLabels: textsOf(facts.labels) }),
      nowMs: world.now(),
      seed: world.seed(),
      numbers: "int64",
      budget: world.budget(),
      context,
      ...(world.celExceptions === undefined ? {} : { celExceptions: world.celExceptions }),
    });
    if (verdict.kind !== "pending") {
      return verdict.kind === "kept" ? { kind: "kept" } : verdict;
    }
    await context.settle(verdict.requests, task.scope);
  }
  return { kind: "failed", message: `external data was asked for in ${maxRounds} rounds without end` };
}

function textsOf(map: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return map as Readonly<Record<string, string>>;
}
