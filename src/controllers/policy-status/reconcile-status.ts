import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import type { Outcome } from "#controllers/runtime/reconcile-loop.ts";
import { isNotFound } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { planCelStatus } from "./plan-cel-status.ts";
import { covers, isStored, planStatus } from "./plan-status.ts";
import type { PolicyFindings, StatusCondition } from "./plan-status.ts";
import type { StatusOwnership } from "./status-owner.ts";

const statusFieldManager = "rearguard";

/** Where a policy is and what is true of it. */
export interface ReportedPolicy {
  readonly type: ResourceType;
  readonly name: string;
  readonly namespace?: string;
  /** How the kind writes its status: in the manner of rules or of the CEL kinds. */
  readonly shape: "rules" | "cel";
  readonly findings: PolicyFindings;
}

export interface PolicyStatusDeps {
  readonly client: Pick<KubeClient, "get" | "patch">;
  readonly clock: Clock;
  readonly ownership: () => Promise<StatusOwnership>;
  /** What is known of the policy now; undefined where it is gone. */
  readonly gather: (key: string) => ReportedPolicy | undefined;
}

function conditionsOf(status: unknown): readonly StatusCondition[] {
  if (typeof status !== "object" || status === null) return [];
  const { conditions } = status as { readonly conditions?: unknown };
  return Array.isArray(conditions) ? conditions.filter((item) => typeof item?.type === "string") : [];
}

/** The status to write; undefined where it is stored already. */
function plan({ shape, findings }: ReportedPolicy, stored: unknown, now: string): object | undefined {
  if (shape === "rules") {
    const planned = planStatus(findings, conditionsOf(stored), now);
    return isStored(planned, stored) ? undefined : planned;
  }
  const { conditionStatus } = (stored ?? {}) as { readonly conditionStatus?: unknown };
  const planned = planCelStatus(findings, conditionsOf(conditionStatus), now);
  return covers(stored, planned) ? undefined : planned;
}

/**
 * Makes the reconcile function of one policy's status: reads what is stored, plans, and applies where something differs.
 * Server-side apply, because fields of others in the status are theirs.
 */
export function createReconcileStatus(
  deps: PolicyStatusDeps,
): (key: string, signal: AbortSignal) => Promise<Outcome> {
  return async (key, signal) => {
    const ownership = await deps.ownership();
    if (ownership.kind === "foreign") return { kind: "done" };
    const policy = deps.gather(key);
    if (policy === undefined) return { kind: "done" };
    const { type, name, namespace } = policy;
    const place = namespace === undefined ? { name } : { name, namespace };
    try {
      const stored = await deps.client.get(type, place, { signal });
      const now = new Date(deps.clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
      const planned = plan(policy, stored["status"], now);
      if (planned === undefined) return { kind: "done" };
      const body = { apiVersion: apiVersionOf(type), kind: type.kind, metadata: place, status: planned };
      await deps.client.patch(type, place, body, {
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
