import { createHash } from "node:crypto";
import { equalJson, isObject, listAt, mapAt, numberAt, textAt, valueAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { ServedResource } from "../resources/served-resource.ts";
import type { ServerContext } from "../rest/api-request.ts";
import { timestamp } from "../rest/api-request.ts";
import { deleteStored } from "../rest/delete.ts";
import { changeStored, createInternally, setStatus } from "./internal-writes.ts";
import { nodeName, runPods } from "./run-pods.ts";
import type { WorkLoop } from "./work-loop.ts";

const hashLength = 10;
const hashLetters = "bcdfghjklmnpqrstvwxz2456789";

/** ReplicaSets of Deployments, pods of all workloads, and pods that run at once: for a cluster that only looks alive. */
export function runWorkloads(ctx: ServerContext, loop: WorkLoop): void {
  runPods(ctx, loop);
  const workloads: Readonly<Record<string, (object: JsonObject) => void>> = {
    "apps/deployments": (object) => syncDeployment(ctx, object),
    "apps/replicasets": (object) => syncReplicaSet(ctx, object),
    "apps/statefulsets": (object) => syncStatefulSet(ctx, object),
    "apps/daemonsets": (object) => syncDaemonSet(ctx, object),
    "batch/jobs": (object) => syncJob(ctx, object),
  };
  const look = (collection: string, key: string): void => {
    const object = ctx.store.get(collection, key);
    if (object === undefined || textAt(object, "metadata", "deletionTimestamp") !== "") return;
    workloads[collection]?.(object);
  };
  const ask = (collection: string, key: string): void =>
    loop.add(`workload ${collection} ${key}`, () => look(collection, key));
  for (const collection of Object.keys(workloads)) {
    for (const [key] of ctx.store.list(collection)) ask(collection, key);
  }
  ctx.store.subscribe(({ collection, key, object, removed }) => {
    if (Object.hasOwn(workloads, collection) && !removed) ask(collection, key);
    if (collection !== "/pods" && collection !== "apps/replicasets") return;
    const owner = controllerOf(object);
    const [group] = textAt(owner, "apiVersion").split("/");
    const home = `${group}/${textAt(owner, "kind").toLowerCase()}s`;
    ask(home, `${textAt(object, "metadata", "namespace")}/${textAt(owner, "name")}`);
  });
}

function controllerOf(object: JsonObject): JsonObject | undefined {
  const owners = listAt(object, "metadata", "ownerReferences").filter(isObject);
  return owners.find((owner) => owner["controller"] === true);
}

function servedOf(ctx: ServerContext, group: string, resource: string): ServedResource {
  const served = ctx.registry.find(group, "v1", resource);
  if (served === undefined) throw new Error(`${group}/v1 ${resource} is not served`);
  return served;
}

function ownedBy(ctx: ServerContext, collection: string, owner: JsonObject): readonly JsonObject[] {
  const prefix = `${textAt(owner, "metadata", "namespace")}/`;
  const uid = textAt(owner, "metadata", "uid");
  return ctx.store
    .list(collection)
    .filter(([key, object]) => key.startsWith(prefix) && textAt(controllerOf(object), "uid") === uid)
    .map(([, object]) => object);
}

function ownerReference(owner: JsonObject): JsonObject {
  return {
    apiVersion: owner["apiVersion"],
    kind: owner["kind"],
    name: textAt(owner, "metadata", "name"),
    uid: textAt(owner, "metadata", "uid"),
    controller: true,
    blockOwnerDeletion: true,
  };
}

function templateHash(template: unknown): string {
  const digest = createHash("sha256").update(JSON.stringify(template)).digest();
  return Array.from(digest.subarray(0, hashLength), (byte) => hashLetters[byte % hashLetters.length]).join(
    "",
  );
}

function createPod(ctx: ServerContext, owner: JsonObject, naming: JsonObject, labels: JsonObject = {}): void {
  const template = mapAt(owner, "spec", "template");
  createInternally(ctx, servedOf(ctx, "", "pods"), {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...naming,
      namespace: textAt(owner, "metadata", "namespace"),
      labels: { ...mapAt(template, "metadata", "labels"), ...labels },
      annotations: mapAt(template, "metadata", "annotations"),
      ownerReferences: [ownerReference(owner)],
    },
    spec: valueAt(template, "spec"),
  });
}

function deletePod(ctx: ServerContext, pod: JsonObject): void {
  const served = servedOf(ctx, "", "pods");
  const name = textAt(pod, "metadata", "name");
  const namespace = textAt(pod, "metadata", "namespace");
  const options = { propagation: "Background", isDryRun: false, gracePeriodSeconds: 0 } as const;
  deleteStored(ctx, { served, name, namespace }, pod, options);
}

function isReady(pod: JsonObject): boolean {
  return textAt(pod, "status", "phase") === "Running";
}

function syncDeployment(ctx: ServerContext, object: JsonObject): void {
  const served = servedOf(ctx, "apps", "replicasets");
  const template = mapAt(object, "spec", "template");
  const hash = templateHash(template);
  const name = `${textAt(object, "metadata", "name")}-${hash}`;
  const replicas = numberAt(object, "spec", "replicas") ?? 1;
  const owned = ownedBy(ctx, "apps/replicasets", object);
  const current = owned.find((one) => textAt(one, "metadata", "name") === name);
  const label = { "pod-template-hash": hash };
  if (current === undefined) {
    const labels = { ...mapAt(template, "metadata", "labels"), ...label };
    createInternally(ctx, served, {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: {
        name,
        namespace: textAt(object, "metadata", "namespace"),
        labels,
        ownerReferences: [ownerReference(object)],
      },
      spec: {
        replicas,
        selector: { matchLabels: { ...mapAt(object, "spec", "selector", "matchLabels"), ...label } },
        template: { ...template, metadata: { ...mapAt(template, "metadata"), labels } },
      },
    });
    return;
  }
  for (const one of owned) {
    const wanted = one === current ? replicas : 0;
    if (numberAt(one, "spec", "replicas") === wanted) continue;
    changeStored(ctx, served, one, (draft) => {
      draft["spec"] = { ...mapAt(draft, "spec"), replicas: wanted };
    });
  }
  const ready = numberAt(current, "status", "readyReplicas") ?? 0;
  const all = owned.reduce((sum, one) => sum + (numberAt(one, "status", "replicas") ?? 0), 0);
  setStatus(ctx, servedOf(ctx, "apps", "deployments"), object, {
    observedGeneration: numberAt(object, "metadata", "generation"),
    replicas: all,
    updatedReplicas: numberAt(current, "status", "replicas") ?? 0,
    readyReplicas: ready,
    availableReplicas: ready,
    conditions: availability(object, ready >= replicas, ctx.now()),
  });
}

/** Keeps its time as long as it says the same. */
function availability(object: JsonObject, isAvailable: boolean, nowMs: number): readonly JsonObject[] {
  const status = isAvailable ? "True" : "False";
  const before = listAt(object, "status", "conditions").find((one) => textAt(one, "type") === "Available");
  if (isObject(before) && before["status"] === status) return [before];
  const time = timestamp(nowMs);
  const reason = isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable";
  return [{ type: "Available", status, reason, message: "", lastUpdateTime: time, lastTransitionTime: time }];
}

function syncReplicaSet(ctx: ServerContext, object: JsonObject): void {
  const pods = ownedBy(ctx, "/pods", object);
  const wanted = numberAt(object, "spec", "replicas") ?? 1;
  const naming = { generateName: `${textAt(object, "metadata", "name")}-` };
  for (let i = pods.length; i < wanted; i += 1) createPod(ctx, object, naming);
  for (const pod of pods.slice(wanted)) deletePod(ctx, pod);
  const now = ownedBy(ctx, "/pods", object);
  const ready = now.filter(isReady).length;
  setStatus(ctx, servedOf(ctx, "apps", "replicasets"), object, {
    replicas: now.length,
    fullyLabeledReplicas: now.length,
    readyReplicas: ready,
    availableReplicas: ready,
    observedGeneration: numberAt(object, "metadata", "generation"),
  });
}

/** Pods whose template is no longer the owner's make place for new ones. */
function syncNamed(ctx: ServerContext, object: JsonObject, names: readonly string[]): readonly JsonObject[] {
  const hash = templateHash(mapAt(object, "spec", "template"));
  const label = { "controller-revision-hash": hash };
  for (const pod of ownedBy(ctx, "/pods", object)) {
    const isCurrent = equalJson(mapAt(pod, "metadata", "labels")["controller-revision-hash"], hash);
    if (!isCurrent || !names.includes(textAt(pod, "metadata", "name"))) deletePod(ctx, pod);
  }
  const present = new Set(ownedBy(ctx, "/pods", object).map((pod) => textAt(pod, "metadata", "name")));
  for (const name of names) if (!present.has(name)) createPod(ctx, object, { name }, label);
  return ownedBy(ctx, "/pods", object);
}

function syncStatefulSet(ctx: ServerContext, object: JsonObject): void {
  const wanted = numberAt(object, "spec", "replicas") ?? 1;
  const name = textAt(object, "metadata", "name");
  const pods = syncNamed(
    ctx,
    object,
    Array.from({ length: wanted }, (_, i) => `${name}-${i}`),
  );
  const ready = pods.filter(isReady).length;
  setStatus(ctx, servedOf(ctx, "apps", "statefulsets"), object, {
    observedGeneration: numberAt(object, "metadata", "generation"),
    replicas: pods.length,
    currentReplicas: pods.length,
    updatedReplicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
  });
}

function syncDaemonSet(ctx: ServerContext, object: JsonObject): void {
  const pods = syncNamed(ctx, object, [`${textAt(object, "metadata", "name")}-${nodeName}`]);
  const ready = pods.filter(isReady).length;
  setStatus(ctx, servedOf(ctx, "apps", "daemonsets"), object, {
    observedGeneration: numberAt(object, "metadata", "generation"),
    currentNumberScheduled: pods.length,
    desiredNumberScheduled: 1,
    numberMisscheduled: 0,
    numberReady: ready,
    numberAvailable: ready,
    updatedNumberScheduled: pods.length,
  });
}

function syncJob(ctx: ServerContext, object: JsonObject): void {
  if (valueAt(object, "spec", "suspend") === true) return;
  const wanted = numberAt(object, "spec", "completions") ?? 1;
  const pods = ownedBy(ctx, "/pods", object);
  const isOver = listAt(object, "status", "conditions").length > 0;
  const naming = { generateName: `${textAt(object, "metadata", "name")}-` };
  const missing = isOver ? 0 : wanted - pods.length;
  for (let i = 0; i < missing; i += 1) createPod(ctx, object, naming);
  const succeeded = pods.filter((pod) => textAt(pod, "status", "phase") === "Succeeded").length;
  if (succeeded < wanted || isOver) return;
  const time = timestamp(ctx.now());
  setStatus(ctx, servedOf(ctx, "batch", "jobs"), object, {
    startTime: textAt(pods[0], "status", "startTime") || time,
    completionTime: time,
    succeeded,
    conditions: [{ type: "Complete", status: "True", lastProbeTime: time, lastTransitionTime: time }],
  });
}
