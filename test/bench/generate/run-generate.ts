import { writeFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { fileIn, startBenchCluster } from "../cluster/bench-cluster.ts";
import type { BenchCluster } from "../cluster/bench-cluster.ts";
import { clusterPolicyType, deletingPolicyType, namespaceType } from "../cluster/resource-types.ts";
import { buildBundle } from "../operator/bundle.ts";
import { followWrites } from "../operator/follow-writes.ts";
import type { CountedCalls } from "../operator/follow-writes.ts";
import { readImageFlags } from "../operator/image-flags.ts";
import { startOperator } from "../operator/operator-process.ts";
import type { OperatorProcess } from "../operator/operator-process.ts";
import { readProcessUsage } from "../operator/process-usage.ts";
import { waitUntil } from "../wait-until.ts";
import {
  countRight,
  createSource,
  editSource,
  seedTriggers,
  source,
  triggerLabel,
  writeBareCopies,
} from "./copies.ts";
import type { CopyFigures, GenerateFigures } from "./figures.ts";
import type { GenerateBenchOptions } from "./generate-options.ts";

const deadlineMs = 900_000;
/** After so long without a call a wave is over. */
const stillMs = 4_000;
/** Writes that the operator and the bare client have under way at once. */
const concurrency = 16;

const say = (line: string): void =>
  console.error(`bench ${(performance.now() / 1_000).toFixed(1).padStart(6)} s: ${line}`);

interface PolicyCase {
  readonly type: ResourceType;
  readonly spec: object;
}

const cases: Readonly<Record<GenerateBenchOptions["policy"], PolicyCase>> = {
  classic: {
    type: clusterPolicyType,
    spec: {
      rules: [
        {
          name: "copy",
          match: { any: [{ resources: { kinds: ["Namespace"], selector: { matchLabels: triggerLabel } } }] },
          generate: {
            generateExisting: true,
            synchronize: true,
            apiVersion: "v1",
            kind: "Secret",
            name: source.name,
            namespace: "{{ request.object.metadata.name }}",
            clone: source,
          },
        },
      ],
    },
  },
  gpol: {
    type: { ...deletingPolicyType, kind: "GeneratingPolicy", resource: "generatingpolicies" },
    spec: {
      evaluation: { generateExisting: { enabled: true }, synchronize: { enabled: true } },
      matchConstraints: {
        objectSelector: { matchLabels: triggerLabel },
        resourceRules: [
          {
            apiGroups: [""],
            apiVersions: ["v1"],
            operations: ["CREATE", "UPDATE"],
            resources: ["namespaces"],
          },
        ],
      },
      generate: [
        {
          expression: `generator.Apply(object.metadata.name, [resource.Get("v1", "secrets", "${source.namespace}", "${source.name}")])`,
        },
      ],
    },
  },
};

const figuresOf = (
  { calls, reports, events, listPages, reads, refused, seconds }: CountedCalls,
  copies: number,
  more: Pick<CopyFigures, "right" | "bareClientSeconds">,
): CopyFigures => ({
  ...more,
  callsPerCopy: calls / copies,
  reportsPerTrigger: reports / copies,
  events,
  listPages,
  reads,
  refusedWrites: refused,
  seconds,
});

const startGenerating = async (cluster: BenchCluster, bundle: string): Promise<OperatorProcess> => {
  const settingsFile = fileIn(cluster, "settings.yaml");
  const settings = { only: "scan,generate", leaseDuration: "120s", leaseRenewDeadline: "100s" };
  await writeFile(settingsFile, JSON.stringify(settings));
  const operator = await startOperator({
    bundle,
    kubeconfigPath: cluster.kubeconfigPath,
    settingsFile,
    logFile: fileIn(cluster, "operator.log"),
    nodeFlags: await readImageFlags(),
  });
  await waitUntil(async () => (await operator.log()).includes("generate started") || undefined, {
    what: "the operator generates",
    deadlineMs,
    check: () => operator.mustRun(),
  });
  return operator;
};

/** Runs the whole bench on a control plane of its own. */
export const runGenerateBench = async (
  { namespaces: copies, policy, kubernetes }: GenerateBenchOptions,
  signal: AbortSignal,
): Promise<GenerateFigures> => {
  const cluster = await startBenchCluster({ kubernetes, signal });
  const { client } = cluster;
  try {
    const bundle = await buildBundle(cluster.folder);
    for (const name of ["kyverno", source.namespace]) {
      await client.create(namespaceType, undefined, {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name },
      });
    }
    await createSource(cluster, "one");
    const uids = await seedTriggers(cluster, copies);
    say(`${copies} namespaces created`);
    const operator = await startGenerating(cluster, bundle);

    const { type, spec } = cases[policy];
    const created = await followWrites(cluster, operator, "secrets");
    await client.create(type, undefined, {
      apiVersion: `${type.group}/${type.version}`,
      kind: type.kind,
      metadata: { name: "copies" },
      spec,
    });
    const creation = await created({ writes: copies, stillMs, deadlineMs });
    const rightCreated = await countRight(cluster, "one");
    say(`created in ${creation.seconds.toFixed(1)} s: ${creation.requests}`);

    const edited = await followWrites(cluster, operator, "secrets");
    await editSource(cluster, "two");
    const edit = await edited({ writes: copies, stillMs, deadlineMs });
    const rightEdited = await countRight(cluster, "two");
    say(`edited in ${edit.seconds.toFixed(1)} s: ${edit.requests}`);
    const { peakRssMiB } = await readProcessUsage(operator.pid);
    await operator.stop();

    const again = await startGenerating(cluster, bundle);
    const restarted = await followWrites(cluster, again, "secrets");
    const restart = await restarted({ writes: 0, stillMs: stillMs * 2, deadlineMs });
    say(`restarted: ${restart.requests}`);
    const peakRestartMiB = (await readProcessUsage(again.pid)).peakRssMiB;
    await again.stop();

    const bare = (value: string, reports: boolean): Promise<number> =>
      writeBareCopies(cluster, uids, concurrency, { value, reports });
    const bareCreation = await bare("one", creation.reports > 0);
    const bareEdit = await bare("two", false);
    return {
      policy,
      copies,
      creation: figuresOf(creation, copies, { right: rightCreated, bareClientSeconds: bareCreation }),
      edit: figuresOf(edit, copies, { right: rightEdited, bareClientSeconds: bareEdit }),
      restartWrites: restart.writes + restart.reports,
      peakRssMiB: Math.max(peakRssMiB, peakRestartMiB),
    };
  } finally {
    await cluster.stop();
  }
};
