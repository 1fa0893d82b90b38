import { qosClassOf } from "../builtin/defaults/pod.ts";
import { childOf, madeChild, setDefault } from "../builtin/defaults/set-default.ts";
import { isObject, listAt, mapAt, textAt, valueAt } from "../json/json.ts";
import type { Draft, JsonObject } from "../json/json.ts";

type PrepareCreate = (draft: Draft) => void;
type PrepareUpdate = (draft: Draft, old: JsonObject) => void;

const emptyStatus =
  (status: JsonObject): PrepareCreate =>
  (draft) => {
    draft["status"] = { ...status };
  };

const replicaStatus = { replicas: 0 };

/** Kinds with a status that nobody can set while creating, and what it is then. */
const statusAtCreation: Readonly<Record<string, JsonObject>> = {
  Deployment: {},
  ReplicaSet: replicaStatus,
  ReplicationController: replicaStatus,
  StatefulSet: { availableReplicas: 0, replicas: 0 },
  DaemonSet: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
  Job: {},
  CronJob: {},
  PodDisruptionBudget: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
  HorizontalPodAutoscaler: { currentMetrics: null, desiredReplicas: 0 },
  Ingress: { loadBalancer: {} },
  Service: { loadBalancer: {} },
  Node: {},
  ResourceQuota: {},
  PersistentVolumeClaim: { phase: "Pending" },
  PersistentVolume: { phase: "Pending" },
  ValidatingAdmissionPolicy: {},
};

function addFinalizer(draft: Draft, finalizer: string): void {
  const metadata = madeChild(draft, "metadata");
  const finalizers = listAt(metadata, "finalizers");
  if (!finalizers.includes(finalizer)) metadata["finalizers"] = [...finalizers, finalizer];
}

function prepareNamespace(draft: Draft): void {
  const finalizers = listAt(draft, "spec", "finalizers");
  draft["spec"] = {
    finalizers: finalizers.includes("kubernetes") ? finalizers : [...finalizers, "kubernetes"],
  };
  draft["status"] = { phase: "Active" };
  labelNamespace(draft);
}

function labelNamespace(draft: Draft): void {
  const labels = madeChild(madeChild(draft, "metadata"), "labels");
  labels["kubernetes.io/metadata.name"] = textAt(draft, "metadata", "name");
}

function preparePod(draft: Draft): void {
  draft["status"] = { phase: "Pending", qosClass: qosClassOf(draft["spec"]) };
}

/** The selector of a job and the labels of its pods follow from its uid, unless they are chosen by hand. */
function prepareJob(draft: Draft): void {
  draft["status"] = {};
  const spec = madeChild(draft, "spec");
  if (spec["manualSelector"] === true) return;
  const uid = textAt(draft, "metadata", "uid");
  const name = textAt(draft, "metadata", "name");
  spec["selector"] = { matchLabels: { "batch.kubernetes.io/controller-uid": uid } };
  const labels = madeChild(madeChild(madeChild(spec, "template"), "metadata"), "labels");
  for (const prefix of ["batch.kubernetes.io/", ""]) {
    setDefault(labels, `${prefix}controller-uid`, uid);
    setDefault(labels, `${prefix}job-name`, name);
  }
}

function prepareDaemonSet(draft: Draft): void {
  draft["status"] = { ...statusAtCreation["DaemonSet"] };
  setDefault(
    madeChild(madeChild(draft, "metadata"), "annotations"),
    "deprecated.daemonset.template.generation",
    "1",
  );
}

const preparations: Readonly<Record<string, PrepareCreate>> = {
  Namespace: prepareNamespace,
  Pod: preparePod,
  Job: prepareJob,
  DaemonSet: prepareDaemonSet,
  PersistentVolumeClaim: (draft) => {
    draft["status"] = { phase: "Pending" };
    addFinalizer(draft, "kubernetes.io/pvc-protection");
  },
  PersistentVolume: (draft) => {
    draft["status"] = { phase: "Pending" };
    addFinalizer(draft, "kubernetes.io/pv-protection");
  },
};

export function prepareCreateOf(kind: string): PrepareCreate | undefined {
  const status = statusAtCreation[kind];
  return preparations[kind] ?? (status === undefined ? undefined : emptyStatus(status));
}

/** A PUT on a service that leaves its addresses and ports out means the old ones. */
function keepServiceAddresses(draft: Draft, old: JsonObject): void {
  const spec = childOf(draft, "spec");
  if (spec === undefined || spec["type"] === "ExternalName") return;
  for (const name of ["clusterIP", "clusterIPs"]) {
    const before = valueAt(old, "spec", name);
    if (before !== undefined && (spec[name] === undefined || spec[name] === "")) spec[name] = before;
  }
}

function keepJobSelector(draft: Draft, old: JsonObject): void {
  const spec = childOf(draft, "spec");
  if (spec !== undefined) setDefault(spec, "selector", valueAt(old, "spec", "selector"));
}

function keepImmutableAnnotations(draft: Draft, old: JsonObject): void {
  const annotation = "deprecated.daemonset.template.generation";
  const before = mapAt(old, "metadata", "annotations")[annotation];
  if (before === undefined) return;
  const annotations = madeChild(madeChild(draft, "metadata"), "annotations");
  const changed =
    JSON.stringify(valueAt(draft, "spec", "template")) !== JSON.stringify(valueAt(old, "spec", "template"));
  annotations[annotation] = changed ? String(Number(before) + 1) : before;
}

const updates: Readonly<Record<string, PrepareUpdate>> = {
  Namespace: (draft, old) => {
    const { spec, status } = old;
    if (isObject(spec)) draft["spec"] = spec;
    if (isObject(status)) draft["status"] = status;
    labelNamespace(draft);
  },
  Service: keepServiceAddresses,
  Job: keepJobSelector,
  DaemonSet: keepImmutableAnnotations,
};

export function prepareUpdateOf(kind: string): PrepareUpdate | undefined {
  return updates[kind];
}
