import type { ResourceType } from "#api/meta/resource-type.ts";
import { isNotFound, WriteFenced } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { Logger } from "#telemetry/logger.ts";
import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import { planCleanupStatus } from "./plan-status.ts";
import type { CleanupFindings } from "./plan-status.ts";
import { objectKey } from "./run/candidate.ts";

export interface StatusWriterOptions {
  readonly client: Pick<KubeClient, "patch">;
  /** The served kind of a policy; undefined once it is not served any more. */
  readonly typeOf: (task: CleanupTask) => ResourceType | undefined;
  readonly now: () => number;
  readonly log: Logger;
}

/**
 * Stores findings by a merge patch of our own fields. A failure is logged and tried again when the policy is looked at
 * next; it never stands in the way of a schedule. Fields that the installed definition drops are not sent twice.
 */
export function createStatusWriter(
  options: StatusWriterOptions,
): (task: CleanupTask, findings: CleanupFindings) => Promise<void> {
  /** By policy: what was sent last, and over which stored status. */
  const sent = new Map<string, string>();
  return async (task, findings) => {
    const body = planCleanupStatus(task, findings, options.now());
    const type = options.typeOf(task);
    if (body === undefined || type === undefined) return;
    const content = JSON.stringify([task.uid, body]);
    if (sent.get(task.key) === content) return;
    try {
      await options.client.patch(type, objectKey(task.namespace ?? "", task.name), body, {
        kind: "merge",
        subresource: "status",
        fieldManager: "rearguard-cleanup",
      });
      sent.set(task.key, content);
    } catch (error) {
      if (error instanceof WriteFenced) throw error;
      if (!isNotFound(error))
        options.log.warn("status of a policy cannot be written", { policy: task.key, error });
    }
  };
}
