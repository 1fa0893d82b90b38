import type { EventContent, ObjectReference } from "#kube/events/event.ts";
import type { EventRecorder } from "#kube/events/event-recorder.ts";
import type { PolicyReference } from "#kube/events/scan-events.ts";
import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import type { RunRecord } from "./plan-status.ts";
import type { Candidate } from "./run/candidate.ts";
import { objectText } from "./run/candidate.ts";
import { utcText } from "./run/grace-mark.ts";
import type { RunObserver } from "./run/run-policy.ts";

/** Counts for the metrics that Kyverno's dashboards query. */
export interface CleanupCounts {
  deleted(task: CleanupTask, target: Candidate): void;
  failed(task: CleanupTask, target: Candidate): void;
}

const controller = "kyverno-cleanup";

function policyReference({ apiVersion, kind, namespace, name, uid }: CleanupTask): PolicyReference {
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name, uid };
}

function objectReference({ type, namespace, name, uid }: Candidate): ObjectReference {
  return {
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    ...(namespace === "" ? {} : { namespace }),
    name,
    uid,
  };
}

/** Tells of single objects, in the words of Kyverno's cleanup controller. */
export function createRunTeller(
  recorder: Pick<EventRecorder, "record">,
  counts: CleanupCounts,
  /** It was deleted now; true when that is one time too many. */
  noteRecreation: (task: CleanupTask, target: Candidate) => boolean,
): {
  readonly observerOf: (task: CleanupTask) => RunObserver;
  readonly tellRun: (task: CleanupTask, run: RunRecord) => void;
} {
  const tell = (task: CleanupTask, namespace: string, content: Omit<EventContent, "controller">): void =>
    recorder.record({ policy: policyReference(task), namespace, events: [{ controller, ...content }] });

  const warn = (task: CleanupTask, note: string, related?: ObjectReference): void =>
    tell(task, related?.namespace ?? "", {
      regarding: policyReference(task),
      ...(related === undefined ? {} : { related }),
      reason: "PolicyError",
      action: "None",
      note,
    });

  const observerOf = (task: CleanupTask): RunObserver => ({
    deleted(target) {
      counts.deleted(task, target);
      const verb = task.family === "CleanupPolicy" ? "cleaned up" : "deleted";
      tell(task, target.namespace, {
        regarding: policyReference(task),
        related: objectReference(target),
        reason: "PolicyApplied",
        action: "Resource Cleaned Up",
        note: `successfully ${verb} the target resource ${objectText(target)}`,
      });
      if (!noteRecreation(task, target)) return;
      const what = objectText(target);
      warn(
        task,
        `${what} comes back whenever it is deleted; from now on it is deleted less and less often`,
        objectReference(target),
      );
    },
    failed(target, message) {
      counts.failed(task, target);
      const verb = task.family === "CleanupPolicy" ? "clean up" : "delete";
      warn(
        task,
        `failed to ${verb} the target resource ${objectText(target)}: ${message}`,
        objectReference(target),
      );
    },
    marked(target, dueMs) {
      tell(task, target.namespace, {
        regarding: objectReference(target),
        related: policyReference(task),
        reason: "PolicyApplied",
        action: "None",
        note: `${task.kind} ${task.name} deletes this object at ${utcText(dueMs)} if it still matches then`,
      });
    },
    wouldDelete(target) {
      tell(task, target.namespace, {
        regarding: policyReference(task),
        related: objectReference(target),
        reason: "PolicyApplied",
        action: "None",
        note: `audit: would delete ${objectText(target)}`,
      });
    },
  });

  return {
    observerOf,
    tellRun(task, { outcome }) {
      if (outcome.kind === "held") warn(task, `run held, nothing was deleted: ${outcome.limits.join("; ")}`);
      if (outcome.kind === "failed" || outcome.kind === "missed")
        warn(task, `run ${outcome.kind}: ${outcome.message}`);
    },
  };
}
