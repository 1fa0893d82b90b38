import type { KubeObject } from "#api/meta/object-meta.ts";
import type { EventContent, ObjectReference } from "#kube/events/event.ts";
import type { EventRecorder } from "#kube/events/event-recorder.ts";
import type { MutateTask } from "./mutate-task.ts";
import { placeOf } from "./read-targets.ts";

/** Tells of single targets in Events, in the words of Kyverno. */
export interface TargetTeller {
  changed(task: MutateTask, object: KubeObject): void;
  /** `object` is the target, or the trigger where it is about no target. */
  failed(task: MutateTask, object: KubeObject | undefined, message: string): void;
}

export function createTargetTeller(recorder: Pick<EventRecorder, "record">): TargetTeller {
  const tell = (task: MutateTask, namespace: string, events: readonly EventContent[]): void => {
    const { key: _key, ...policy } = task.owner;
    recorder.record({ policy, namespace, events });
  };
  return {
    changed(task, object) {
      const { namespace, name } = placeOf(object);
      const isRule = task.kind === "rule";
      const place = namespace === "" ? name : `${namespace}/${name}`;
      tell(task, namespace, [
        {
          controller: isRule ? "kyverno-mutate" : "kyverno-admission",
          regarding: policyOf(task),
          related: referenceOf(object),
          reason: "PolicyApplied",
          action: "Resource Mutated",
          note: isRule ? "resource mutated" : `${object.kind} ${place} is successfully mutated`,
        },
      ]);
    },
    failed(task, object, message) {
      const rule = task.rule === "" ? "" : `/${task.rule}`;
      tell(task, object === undefined ? "" : placeOf(object).namespace, [
        {
          controller: "kyverno-mutate",
          regarding: policyOf(task),
          ...(object === undefined ? {} : { related: referenceOf(object) }),
          reason: "PolicyError",
          action: "None",
          note: `policy ${task.owner.name}${rule} error: ${message}`,
        },
      ]);
    },
  };
}

function policyOf({ owner }: MutateTask): ObjectReference {
  const { apiVersion, kind, namespace, name, uid } = owner;
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name, uid };
}

function referenceOf(object: KubeObject): ObjectReference {
  const { apiVersion, kind, metadata } = object;
  const { namespace, name } = placeOf(object);
  const { uid } = metadata;
  return {
    apiVersion,
    kind,
    ...(namespace === "" ? {} : { namespace }),
    name,
    ...(uid === "" ? {} : { uid }),
  };
}
