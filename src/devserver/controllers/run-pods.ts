import { listAt, textAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { ServedResource } from "../resources/served-resource.ts";
import type { ServerContext } from "../rest/api-request.ts";
import { timestamp } from "../rest/api-request.ts";
import { changeStored, createInternally, setStatus } from "./internal-writes.ts";
import type { WorkLoop } from "./work-loop.ts";

export const nodeName = "node-1";
const pods = "/pods";

/** A kubelet that runs nothing: pods are Running the moment they exist, those of Jobs are done, deleted ones are gone. */
export function runPods(ctx: ServerContext, loop: WorkLoop): void {
  const served = ctx.registry.find("", "v1", "pods");
  const nodes = ctx.registry.find("", "v1", "nodes");
  if (served === undefined || nodes === undefined) return;
  ensureNode(ctx, nodes);
  let count = 0;
  const look = (key: string): void => {
    const pod = ctx.store.get(pods, key);
    if (pod === undefined) return;
    if (textAt(pod, "metadata", "deletionTimestamp") !== "") {
      if (listAt(pod, "metadata", "finalizers").length === 0) ctx.store.remove(pods, key);
    } else if (
      textAt(pod, "status", "phase") === "Pending" &&
      listAt(pod, "spec", "schedulingGates").length === 0
    ) {
      count += 1;
      runPod(ctx, served, pod, `10.244.${(count >> 8) & 0xff}.${count & 0xff}`);
    }
  };
  for (const [key] of ctx.store.list(pods)) loop.add(`pod ${key}`, () => look(key));
  ctx.store.subscribe(({ collection, key, removed }) => {
    if (collection === pods && !removed) loop.add(`pod ${key}`, () => look(key));
  });
}

function runPod(ctx: ServerContext, served: ServedResource, pod: JsonObject, podIP: string): void {
  const startTime = timestamp(ctx.now());
  const owner = textAt(listAt(pod, "metadata", "ownerReferences")[0], "kind");
  const isDone = owner === "Job";
  const state = isDone
    ? { terminated: { exitCode: 0, finishedAt: startTime, reason: "Completed", startedAt: startTime } }
    : { running: { startedAt: startTime } };
  const ready = isDone ? "False" : "True";
  changeStored(ctx, served, pod, (draft) => {
    draft["spec"] = { ...(draft["spec"] as JsonObject), nodeName };
    draft["status"] = {
      ...(draft["status"] as JsonObject),
      phase: isDone ? "Succeeded" : "Running",
      podIP,
      podIPs: [{ ip: podIP }],
      startTime,
      conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) => ({
        type,
        status: type === "Ready" || type === "ContainersReady" ? ready : "True",
        lastTransitionTime: startTime,
      })),
      containerStatuses: listAt(pod, "spec", "containers").map((container) => ({
        name: textAt(container, "name"),
        image: textAt(container, "image"),
        imageID: "",
        ready: !isDone,
        started: !isDone,
        restartCount: 0,
        state,
        lastState: {},
      })),
    };
  });
}

function ensureNode(ctx: ServerContext, served: ServedResource): void {
  if (ctx.store.get("/nodes", nodeName) !== undefined) return;
  createInternally(ctx, served, {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: nodeName, labels: { "kubernetes.io/hostname": nodeName, "kubernetes.io/os": "linux" } },
  });
  const node = ctx.store.get("/nodes", nodeName);
  if (node === undefined) return;
  setStatus(ctx, served, node, {
    conditions: [
      { type: "Ready", status: "True", reason: "KubeletReady", lastTransitionTime: timestamp(ctx.now()) },
    ],
    addresses: [{ type: "InternalIP", address: "10.0.0.1" }],
    nodeInfo: {
      kubeletVersion: "v1.37.2",
      osImage: "none",
      kernelVersion: "none",
      containerRuntimeVersion: "none",
    },
  });
}
