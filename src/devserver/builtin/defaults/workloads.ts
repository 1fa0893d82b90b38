import type { Draft } from "../../json/json.ts";
import { defaultPodSpec } from "./pod.ts";
import { childOf, childrenOf, madeChild, setDefault } from "./set-default.ts";

function templateOf(object: Draft): Draft {
  const spec = madeChild(object, "spec");
  defaultPodSpec(madeChild(madeChild(spec, "template"), "spec"));
  return spec;
}

export function defaultDeployment(object: Draft): void {
  const spec = templateOf(object);
  setDefault(spec, "replicas", 1);
  setDefault(spec, "revisionHistoryLimit", 10);
  setDefault(spec, "progressDeadlineSeconds", 600);
  const strategy = madeChild(spec, "strategy");
  setDefault(strategy, "type", "RollingUpdate");
  if (strategy["type"] !== "RollingUpdate") return;
  const rolling = madeChild(strategy, "rollingUpdate");
  setDefault(rolling, "maxUnavailable", "25%");
  setDefault(rolling, "maxSurge", "25%");
}

export function defaultReplicaSet(object: Draft): void {
  setDefault(templateOf(object), "replicas", 1);
}

export function defaultReplicationController(object: Draft): void {
  const spec = templateOf(object);
  setDefault(spec, "replicas", 1);
  const labels = childOf(childOf(childOf(spec, "template"), "metadata"), "labels");
  if (labels === undefined) return;
  setDefault(spec, "selector", { ...labels });
  setDefault(madeChild(object, "metadata"), "labels", { ...labels });
}

export function defaultStatefulSet(object: Draft): void {
  const spec = templateOf(object);
  setDefault(spec, "replicas", 1);
  setDefault(spec, "podManagementPolicy", "OrderedReady");
  setDefault(spec, "revisionHistoryLimit", 10);
  const strategy = madeChild(spec, "updateStrategy");
  setDefault(strategy, "type", "RollingUpdate");
  if (strategy["type"] === "RollingUpdate") setDefault(madeChild(strategy, "rollingUpdate"), "partition", 0);
  const retention = madeChild(spec, "persistentVolumeClaimRetentionPolicy");
  setDefault(retention, "whenDeleted", "Retain");
  setDefault(retention, "whenScaled", "Retain");
  for (const claim of childrenOf(spec, "volumeClaimTemplates")) {
    setDefault(claim, "apiVersion", "v1");
    setDefault(claim, "kind", "PersistentVolumeClaim");
    setDefault(madeChild(claim, "spec"), "volumeMode", "Filesystem");
    setDefault(madeChild(claim, "status"), "phase", "Pending");
  }
}

export function defaultDaemonSet(object: Draft): void {
  const spec = templateOf(object);
  setDefault(spec, "revisionHistoryLimit", 10);
  const strategy = madeChild(spec, "updateStrategy");
  setDefault(strategy, "type", "RollingUpdate");
  if (strategy["type"] !== "RollingUpdate") return;
  const rolling = madeChild(strategy, "rollingUpdate");
  setDefault(rolling, "maxUnavailable", 1);
  setDefault(rolling, "maxSurge", 0);
}

function defaultJobSpec(spec: Draft): void {
  defaultPodSpec(madeChild(madeChild(spec, "template"), "spec"));
  // Neither given: one pod. Parallelism alone: a work queue, whose end the pods decide.
  if (!Object.hasOwn(spec, "completions") && !Object.hasOwn(spec, "parallelism")) spec["completions"] = 1;
  setDefault(spec, "parallelism", 1);
  setDefault(spec, "backoffLimit", 6);
  setDefault(spec, "completionMode", "NonIndexed");
  setDefault(spec, "suspend", false);
  setDefault(spec, "manualSelector", false);
  setDefault(
    spec,
    "podReplacementPolicy",
    Object.hasOwn(spec, "podFailurePolicy") ? "Failed" : "TerminatingOrFailed",
  );
}

export function defaultJob(object: Draft): void {
  defaultJobSpec(madeChild(object, "spec"));
}

export function defaultCronJob(object: Draft): void {
  const spec = madeChild(object, "spec");
  setDefault(spec, "concurrencyPolicy", "Allow");
  setDefault(spec, "suspend", false);
  setDefault(spec, "successfulJobsHistoryLimit", 3);
  setDefault(spec, "failedJobsHistoryLimit", 1);
  // The job's own defaults come when the job is made; its pod template has them at once.
  const template = madeChild(madeChild(madeChild(spec, "jobTemplate"), "spec"), "template");
  defaultPodSpec(madeChild(template, "spec"));
}

export function defaultPodTemplate(object: Draft): void {
  defaultPodSpec(madeChild(madeChild(object, "template"), "spec"));
}
