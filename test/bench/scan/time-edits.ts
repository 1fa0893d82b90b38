import { setTimeout as delay } from "node:timers/promises";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { BenchCluster } from "../cluster/bench-cluster.ts";
import { podType, policyReportType } from "../cluster/resource-types.ts";
import type { BenchPod } from "../pods/build-pod.ts";

const policyName = "disallow-privileged-containers";
const editsPerSecond = 10;
const watchSeconds = 1_800;
const lastReportMs = 60_000;

export interface EditTimes {
  /** For each edit whose report came: from the answer to the edit to the report's watch event. */
  readonly latenciesMs: readonly number[];
  readonly edits: number;
}

const failsNow = (report: KubeObject): boolean =>
  ((report["results"] ?? []) as readonly PolicyReportResult[]).some(
    ({ policy, result }) => policy === policyName && result === "fail",
  );

/**
 * Of the few things that may change on a pod, this one concerns its security: a privileged container to debug it, as
 * `kubectl debug` adds it.
 */
const debugPatch = {
  spec: {
    ephemeralContainers: [
      {
        name: "debugger",
        image: "registry.example.com/tools/debug:1",
        securityContext: { privileged: true },
      },
    ],
  },
};

/** Moments at which reports first told of the failure, by the pod's uid. */
const watchFailures = async (
  client: KubeClient,
  signal: AbortSignal,
): Promise<{ readonly seenAt: ReadonlyMap<string, number>; readonly ended: Promise<void> }> => {
  const { resourceVersion } = await client.listPage(policyReportType, { limit: 1, metadataOnly: true });
  const stream = await client.watch(policyReportType, {
    resourceVersion,
    timeoutSeconds: watchSeconds,
    signal,
  });
  const seenAt = new Map<string, number>();
  const read = async (): Promise<void> => {
    for await (const event of stream) {
      if (event.type === "ERROR") throw event.error;
      if (event.type !== "ADDED" && event.type !== "MODIFIED") continue;
      const uid = event.object.metadata.name;
      if (!seenAt.has(uid) && failsNow(event.object)) seenAt.set(uid, performance.now());
    }
  };
  const ended = read().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return { seenAt, ended };
};

/** Pods that pass the policy, spread over the whole cluster. */
export const chooseEdited = (pods: readonly BenchPod[], count: number): readonly BenchPod[] => {
  const passing = pods.filter(({ violations }) => !violations.has("isPrivileged"));
  const chosen = Math.min(count, passing.length);
  return Array.from(
    { length: chosen },
    (_, index) => passing[Math.floor((index * passing.length) / chosen)],
  ).filter((pod) => pod !== undefined);
};

/** Gives each pod a privileged container, ten a second, and takes the time until its report says so. */
export const timeEdits = async ({ client }: BenchCluster, pods: readonly BenchPod[]): Promise<EditTimes> => {
  const ending = new AbortController();
  const { seenAt, ended } = await watchFailures(client, ending.signal);
  const answeredAt = new Map<string, number>();
  const edit = async ({ name, namespace }: BenchPod): Promise<void> => {
    const { metadata } = await client.patch(podType, { name, namespace }, debugPatch, {
      kind: "merge",
      subresource: "ephemeralcontainers",
    });
    answeredAt.set(metadata.uid, performance.now());
  };
  const startedAt = performance.now();
  const edits: Promise<void>[] = [];
  for (const [index, pod] of pods.entries()) {
    await delay(Math.max(0, startedAt + (index * 1_000) / editsPerSecond - performance.now()));
    edits.push(edit(pod));
    // The first failure surfaces below, when all have been sent.
    edits.at(-1)?.catch(() => {});
  }
  await Promise.all(edits);
  const deadline = performance.now() + lastReportMs;
  const isComplete = (): boolean => [...answeredAt.keys()].every((uid) => seenAt.has(uid));
  while (!isComplete() && performance.now() < deadline) await delay(50);
  ending.abort();
  await ended;
  const latenciesMs = [...answeredAt].flatMap(([uid, answered]) => {
    const seen = seenAt.get(uid);
    // The event can overtake the answer to the edit.
    return seen === undefined ? [] : [Math.max(0, seen - answered)];
  });
  return { latenciesMs, edits: pods.length };
};
