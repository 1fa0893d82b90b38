import { writeFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { fileIn, startBenchCluster } from "../cluster/bench-cluster.ts";
import type { BenchCluster } from "../cluster/bench-cluster.ts";
import { forEachConcurrently } from "../cluster/for-each-concurrently.ts";
import { listAll } from "../cluster/list-all.ts";
import { clusterPolicyType, configMapType, deletingPolicyType } from "../cluster/resource-types.ts";
import { seedNamespaces } from "../cluster/seed-pods.ts";
import { buildBundle } from "../operator/bundle.ts";
import { followWrites } from "../operator/follow-writes.ts";
import { readImageFlags } from "../operator/image-flags.ts";
import { startOperator } from "../operator/operator-process.ts";
import type { OperatorProcess } from "../operator/operator-process.ts";
import { readProcessUsage } from "../operator/process-usage.ts";
import { namespaceCount, namespaceName } from "../pods/build-pod.ts";
import { waitUntil } from "../wait-until.ts";
import type { MutateFigures } from "./figures.ts";
import type { MutateBenchOptions } from "./mutate-options.ts";

const deadlineMs = 900_000;
const stillMs = 4_000;
/** Writes that the operator and the bare client have under way at once. */
const concurrency = 16;
const trigger = { namespace: "kyverno-triggers", name: "trigger" } as const;
const targetLabel = { target: "yes" } as const;
const payload = "x".repeat(700);

const say = (line: string): void =>
  console.error(`bench ${(performance.now() / 1_000).toFixed(1).padStart(6)} s: ${line}`);

interface PolicyCase {
  readonly type: ResourceType;
  readonly spec: object;
}

const configMapRule = { apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] };

const cases: Readonly<Record<MutateBenchOptions["policy"], PolicyCase>> = {
  classic: {
    type: clusterPolicyType,
    spec: {
      rules: [
        {
          name: "stamp",
          match: {
            any: [
              {
                resources: { kinds: ["ConfigMap"], namespaces: [trigger.namespace], names: [trigger.name] },
              },
            ],
          },
          mutate: {
            targets: [{ apiVersion: "v1", kind: "ConfigMap", selector: { matchLabels: targetLabel } }],
            patchStrategicMerge: { data: { stamp: "{{ request.object.data.stamp }}" } },
          },
        },
      ],
    },
  },
  mpol: {
    type: { ...deletingPolicyType, kind: "MutatingPolicy", resource: "mutatingpolicies" },
    spec: {
      evaluation: { mutateExisting: { enabled: true } },
      matchConstraints: {
        resourceRules: [
          { ...configMapRule, operations: ["CREATE", "UPDATE"], resourceNames: [trigger.name] },
        ],
      },
      targetMatchConstraints: {
        objectSelector: { matchLabels: targetLabel },
        resourceRules: [{ ...configMapRule, operations: ["CREATE", "UPDATE"] }],
      },
      variables: [
        {
          name: "stamp",
          expression: `resource.Get("v1", "configmaps", "${trigger.namespace}", "${trigger.name}").data.stamp`,
        },
      ],
      mutations: [
        {
          patchType: "ApplyConfiguration",
          applyConfiguration: { expression: 'Object{data: {"stamp": string(variables.stamp)}}' },
        },
      ],
    },
  },
};

const seedTargets = async ({ client, connections }: BenchCluster, count: number): Promise<void> => {
  const numbers = Array.from({ length: count }, (_, index) => index);
  await forEachConcurrently(numbers, connections, async (index) => {
    const namespace = namespaceName(index % namespaceCount);
    await client.create(configMapType, namespace, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `target-${index}`, namespace, labels: targetLabel },
      data: { payload },
    });
  });
};

const countRight = async ({ client }: BenchCluster, stamp: string): Promise<number> => {
  let right = 0;
  for await (const object of listAll(client, configMapType)) {
    const { data = {}, metadata } = object as { readonly data?: { readonly stamp?: string } } & typeof object;
    if (metadata.name.startsWith("target-") && data.stamp === stamp) right += 1;
  }
  return right;
};

/** Lists once and changes what it found: what a program without any care would do. */
const runBareClient = async ({ client }: BenchCluster): Promise<number> => {
  const startedAt = performance.now();
  const found: { readonly namespace: string; readonly name: string }[] = [];
  for await (const { metadata } of listAll(client, configMapType)) {
    const { namespace = "", name } = metadata as { readonly namespace?: string; readonly name: string };
    if (name.startsWith("target-")) found.push({ namespace, name });
  }
  await forEachConcurrently(found, concurrency, async (key) => {
    await client.patch(configMapType, key, { data: { stamp: "bare" } }, { kind: "merge" });
  });
  return (performance.now() - startedAt) / 1_000;
};

const startMutating = async (cluster: BenchCluster, bundle: string): Promise<OperatorProcess> => {
  const settingsFile = fileIn(cluster, "settings.yaml");
  const settings = { only: "scan,mutate-existing", leaseDuration: "120s", leaseRenewDeadline: "100s" };
  await writeFile(settingsFile, JSON.stringify(settings));
  const operator = await startOperator({
    bundle,
    kubeconfigPath: cluster.kubeconfigPath,
    settingsFile,
    logFile: fileIn(cluster, "operator.log"),
    nodeFlags: await readImageFlags(),
  });
  await waitUntil(async () => (await operator.log()).includes("mutate-existing started") || undefined, {
    what: "the operator changes objects",
    deadlineMs,
    check: () => operator.mustRun(),
  });
  return operator;
};

/** Runs the whole bench on a control plane of its own. */
export const runMutateBench = async (
  { targets, policy, kubernetes }: MutateBenchOptions,
  signal: AbortSignal,
): Promise<MutateFigures> => {
  const cluster = await startBenchCluster({ kubernetes, signal });
  const { client } = cluster;
  try {
    const bundle = await buildBundle(cluster.folder);
    await seedNamespaces(cluster);
    const namespaceBody = { apiVersion: "v1", kind: "Namespace", metadata: { name: trigger.namespace } };
    await cluster.client.create(
      { ...configMapType, kind: "Namespace", resource: "namespaces", namespaced: false },
      undefined,
      namespaceBody,
    );
    await seedTargets(cluster, targets);
    await client.create(configMapType, trigger.namespace, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: trigger,
      data: { stamp: "zero" },
    });
    say(`${targets} targets created`);
    const operator = await startMutating(cluster, bundle);
    const { type, spec } = cases[policy];
    await client.create(type, undefined, {
      apiVersion: `${type.group}/${type.version}`,
      kind: type.kind,
      metadata: { name: "stamps" },
      spec,
    });
    // The policy itself may be a reason to look at everything.
    const settled = await followWrites(cluster, operator, "configmaps");
    await settled({ writes: 0, stillMs, deadlineMs });

    const changed = await followWrites(cluster, operator, "configmaps");
    await client.patch(configMapType, trigger, { data: { stamp: "one" } }, { kind: "merge" });
    const first = await changed({ writes: targets, stillMs, deadlineMs });
    const right = await countRight(cluster, "one");
    say(`changed in ${first.seconds.toFixed(1)} s: ${first.requests}`);

    const repeated = await followWrites(cluster, operator, "configmaps");
    await client.patch(configMapType, trigger, { data: { other: "two" } }, { kind: "merge" });
    await delay(stillMs);
    const second = await repeated({ writes: 0, stillMs, deadlineMs });
    say(`second pass: ${second.requests}`);
    const { peakRssMiB } = await readProcessUsage(operator.pid);
    await operator.stop();
    return {
      policy,
      targets,
      right,
      writesPerTarget: first.writes / targets,
      reads: first.reads,
      listPages: first.listPages,
      refusedWrites: first.refused,
      reports: first.reports,
      events: first.events,
      secondPassWrites: second.writes + second.refused,
      seconds: first.seconds,
      bareClientSeconds: await runBareClient(cluster),
      peakRssMiB,
    };
  } finally {
    await cluster.stop();
  }
};
