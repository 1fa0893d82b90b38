import { writeFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { isNotFound } from "#kube/client/api-error.ts";
import { fileIn, startBenchCluster } from "../cluster/bench-cluster.ts";
import type { BenchCluster } from "../cluster/bench-cluster.ts";
import { forEachConcurrently } from "../cluster/for-each-concurrently.ts";
import { listAll } from "../cluster/list-all.ts";
import { clusterCleanupPolicyType, configMapType, deletingPolicyType } from "../cluster/resource-types.ts";
import { seedNamespaces } from "../cluster/seed-pods.ts";
import { buildBundle } from "../operator/bundle.ts";
import { readImageFlags } from "../operator/image-flags.ts";
import { startOperator } from "../operator/operator-process.ts";
import type { OperatorProcess } from "../operator/operator-process.ts";
import { readProcessUsage } from "../operator/process-usage.ts";
import { waitUntil } from "../wait-until.ts";
import type { CleanupBenchOptions } from "./cleanup-options.ts";
import type { CleanupFigures, CleanupRunFigures } from "./figures.ts";
import { createObject, seedObjects, staleObject } from "./stale-objects.ts";
import type { StaleObject } from "./stale-objects.ts";
import { runTtlBench } from "./run-ttl.ts";

const operatorAgent = "rearguard/";
/** Of the stale objects, how many come anew under their name while the run goes on. */
const recreatedShare = 0.05;
/** Once a year: the run that the bench asks for is the only one. */
const yearly = "0 0 1 1 *";
const deadlineMs = 900_000;
/** Deletes that the operator and the bare client have under way at once. */
const concurrency = 16;

const say = (line: string): void =>
  console.error(`bench ${(performance.now() / 1_000).toFixed(1).padStart(6)} s: ${line}`);

interface PolicyCase {
  readonly type: ResourceType;
  readonly spec: object;
}

const cases: Readonly<Record<"cleanupPolicy" | "deletingPolicy", PolicyCase>> = {
  cleanupPolicy: {
    type: clusterCleanupPolicyType,
    spec: {
      match: { any: [{ resources: { kinds: ["ConfigMap"], selector: { matchLabels: { stale: "yes" } } } }] },
    },
  },
  deletingPolicy: {
    type: deletingPolicyType,
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: [""], apiVersions: ["v1"], operations: ["*"], resources: ["configmaps"] },
        ],
      },
      conditions: [{ name: "stale", expression: "object.metadata.?labels.stale.orValue('no') == 'yes'" }],
    },
  },
};

/** Asks for the run; while it goes on, objects come back under their names, and are not stale any more. */
const runOnce = async (
  cluster: BenchCluster,
  operator: OperatorProcess,
  policy: PolicyCase,
  recreated: readonly StaleObject[],
): Promise<CleanupRunFigures> => {
  const { client } = cluster;
  const name = policy.type.resource;
  await client.create(policy.type, undefined, {
    apiVersion: `${policy.type.group}/${policy.type.version}`,
    kind: policy.type.kind,
    metadata: { name },
    spec: { schedule: yearly, ...policy.spec },
  });
  const since = await cluster.auditCounts({ userAgent: operatorAgent });
  const startedAt = performance.now();
  const asked = { status: { lastExecutionTime: "2001-01-01T00:00:00Z" } };
  await client.patch(policy.type, { name }, asked, { kind: "merge", subresource: "status" });
  const uids = new Map<string, string>();
  const bring = forEachConcurrently(recreated, 2, async (object) => {
    const key = { namespace: object.namespace, name: object.name };
    await client.delete(configMapType, key).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
    uids.set(`${object.namespace}/${object.name}`, await createObject(cluster, { ...object, stale: false }));
  });
  const status = await waitUntil(
    async () => {
      operator.mustRun();
      const found = (await client.get(policy.type, { name }))["status"] as {
        readonly lastRun?: { readonly deleted: number };
      };
      return found.lastRun;
    },
    { what: "the run is over", deadlineMs },
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  await bring;
  const living = new Map<string, string>();
  for await (const { metadata } of listAll(client, configMapType, { metadataOnly: true })) {
    living.set(`${String(metadata["namespace"])}/${metadata.name}`, metadata.uid);
  }
  const wrongDeletes = [...uids].filter(([key, uid]) => living.get(key) !== uid).length;
  const traffic = await cluster.auditCounts({ userAgent: operatorAgent, resource: "configmaps", since });
  const calls = (verb: string): number =>
    traffic.rows.filter((row) => row.verb === verb).reduce((sum, { count }) => sum + count, 0);
  await client.delete(policy.type, { name });
  for (const { namespace, name } of recreated) await client.delete(configMapType, { namespace, name });
  return {
    deleted: status.deleted,
    wrongDeletes,
    deleteCallsPerObject: calls("delete") / Math.max(1, status.deleted),
    listPages: calls("list"),
    reads: calls("get"),
    seconds,
    bareClientSeconds: await runBareClient(cluster, staleCount(recreated)),
    peakRssMiB: (await readProcessUsage(operator.pid)).peakRssMiB,
  };
};

const staleCount = (recreated: readonly StaleObject[]): number =>
  Math.round(recreated.length / recreatedShare);

/** Puts the stale objects back, then lists once and deletes them: what a program without any care would do. */
const runBareClient = async (cluster: BenchCluster, matching: number): Promise<number> => {
  await seedObjects(cluster, matching * 5, ({ stale }) => stale);
  const startedAt = performance.now();
  const stale: StaleObject[] = [];
  for await (const { metadata } of listAll(cluster.client, configMapType)) {
    const { labels, namespace } = metadata as {
      readonly labels?: { readonly stale?: string };
      readonly namespace?: string;
    };
    if (labels?.stale === "yes") stale.push({ name: metadata.name, namespace: namespace ?? "", stale: true });
  }
  await forEachConcurrently(stale, concurrency, async ({ name, namespace }) => {
    await cluster.client.delete(configMapType, { name, namespace });
  });
  return (performance.now() - startedAt) / 1_000;
};

/** Runs the whole bench on a control plane of its own. */
export const runCleanupBench = async (
  options: CleanupBenchOptions,
  signal: AbortSignal,
): Promise<CleanupFigures> => {
  const cluster = await startBenchCluster({ kubernetes: options.kubernetes, signal });
  try {
    const bundle = await buildBundle(cluster.folder);
    await seedNamespaces(cluster);
    const settingsFile = fileIn(cluster, "settings.yaml");
    const settings = {
      only: "cleanup,ttl",
      leaseDuration: "120s",
      leaseRenewDeadline: "100s",
      ttlKinds: "ConfigMap",
    };
    await writeFile(settingsFile, JSON.stringify({ ...settings, cleanupConcurrency: String(concurrency) }));
    const start = async (): Promise<OperatorProcess> => {
      const operator = await startOperator({
        bundle,
        kubeconfigPath: cluster.kubeconfigPath,
        settingsFile,
        logFile: fileIn(cluster, "operator.log"),
        nodeFlags: await readImageFlags(),
      });
      await waitUntil(async () => (await operator.log()).includes("cleanup started") || undefined, {
        what: "the operator has the Lease",
        deadlineMs,
      });
      return operator;
    };
    await seedObjects(cluster, options.objects);
    say(`${options.objects} ConfigMaps created`);
    const all = Array.from({ length: options.objects }, (_, index) => staleObject(index)).filter(
      ({ stale }) => stale,
    );
    const recreated = all.slice(0, Math.round(all.length * recreatedShare));
    const measured: Partial<Record<keyof typeof cases, CleanupRunFigures>> = {};
    for (const name of ["cleanupPolicy", "deletingPolicy"] as const) {
      const operator = await start();
      measured[name] = await runOnce(cluster, operator, cases[name], recreated);
      say(`${cases[name].type.kind}: ${JSON.stringify(measured[name])}`);
      await operator.stop();
      await seedObjects(cluster, options.objects, ({ stale }) => stale);
    }
    const operator = await start();
    const ttl = await runTtlBench(cluster, operator, options.ttlObjects);
    await operator.stop();
    const { cleanupPolicy, deletingPolicy } = measured;
    if (cleanupPolicy === undefined || deletingPolicy === undefined)
      throw new Error("a policy was not measured");
    return {
      objects: options.objects,
      matching: all.length,
      recreated: recreated.length,
      cleanupPolicy,
      deletingPolicy,
      ttl,
    };
  } finally {
    await cluster.stop();
  }
};
