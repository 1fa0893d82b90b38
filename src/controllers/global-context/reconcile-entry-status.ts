import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import type { Outcome } from "#controllers/runtime/reconcile-loop.ts";
import { isNotFound } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { StandingEntry } from "./create-global-context.ts";
import { planEntryStatus } from "./plan-entry-status.ts";
import type { StoredEntryStatus } from "./plan-entry-status.ts";

const statusFieldManager = "rearguard";

export interface EntryStatusDeps {
  readonly client: Pick<KubeClient, "get" | "patch">;
  readonly clock: Clock;
  /** The kind as it is served; undefined where it is not. */
  readonly type: () => ResourceType | undefined;
  /** Whether we write it, and whether fields of others are taken over. */
  readonly ownership: () => Promise<
    { readonly kind: "ours"; readonly force: boolean } | { readonly kind: "foreign" }
  >;
  readonly standingOf: (name: string) => StandingEntry | undefined;
}

function storedOf(status: unknown): StoredEntryStatus {
  if (typeof status !== "object" || status === null) return {};
  const { conditions, ready, lastRefreshTime } = status as Readonly<Record<string, unknown>>;
  const wellFormed: unknown[] = Array.isArray(conditions) ? conditions : [];
  return {
    ready,
    lastRefreshTime,
    conditions: wellFormed.filter((item) => typeof item === "object" && item !== null),
  };
}

/** Makes the reconcile function of one entry's status: reads what is stored, plans, applies where something differs. */
export function createReconcileEntryStatus(
  deps: EntryStatusDeps,
): (name: string, signal: AbortSignal) => Promise<Outcome> {
  return async (name, signal) => {
    const ownership = await deps.ownership();
    const type = deps.type();
    const entry = deps.standingOf(name);
    if (ownership.kind === "foreign" || type === undefined || entry === undefined) return { kind: "done" };
    try {
      const stored = await deps.client.get(type, { name }, { signal });
      const status = planEntryStatus(entry.standing, storedOf(stored["status"]), deps.clock.now());
      if (stored.metadata.uid !== entry.uid || status === undefined) return { kind: "done" };
      const body = { apiVersion: apiVersionOf(type), kind: type.kind, metadata: { name }, status };
      await deps.client.patch(type, { name }, body, {
        kind: "apply",
        subresource: "status",
        fieldManager: statusFieldManager,
        force: ownership.force,
        signal,
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    return { kind: "done" };
  };
}
