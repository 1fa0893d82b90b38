import { performance } from "node:perf_hooks";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { startBenchCluster, fileIn } from "../cluster/bench-cluster.ts";
import type { BenchCluster } from "../cluster/bench-cluster.ts";
import { seedNamespaces, seedPods } from "../cluster/seed-pods.ts";
import { buildBundle } from "../operator/bundle.ts";
import { readImageFlags } from "../operator/image-flags.ts";
import { buildPod } from "../pods/build-pod.ts";
import { checkReports } from "./check-reports.ts";
import { countSummaries } from "./count-summaries.ts";
import { cohortEditNeeds } from "./edit-policy.ts";
import type { PolicyEditNeeds, ScanFigures } from "./figures.ts";
import { runFirstScan } from "./first-scan.ts";
import { measureHeapGrowth } from "./heap-growth.ts";
import { CorpusMissing } from "./load-policies.ts";
import { percentile } from "./percentile.ts";
import { compilationsOf, runPolicyEdit } from "./policy-edit.ts";
import { runRescan } from "./rescan.ts";
import { runBareClient } from "./run-bare-client.ts";
import { createScanBench } from "./scan-bench.ts";
import type { ScanBench } from "./scan-bench.ts";
import type { ScanOptions } from "./scan-options.ts";
import type { ScanPolicies } from "./scan-policies.ts";
import { chooseEdited, timeEdits } from "./time-edits.ts";

const editCount = 200;

const sayWithTime = (line: string): void =>
  console.error(`bench ${(performance.now() / 1_000).toFixed(1).padStart(6)} s: ${line}`);

const seed = async (
  cluster: BenchCluster,
  { type, loaded }: { readonly type: ResourceType; readonly loaded: readonly object[] },
  pods: number,
): Promise<void> => {
  await seedNamespaces(cluster);
  for (const policy of loaded) await cluster.client.create(type, undefined, policy);
  const startedAt = performance.now();
  const bytes = await seedPods(cluster, 0, pods);
  const seconds = (performance.now() - startedAt) / 1_000;
  sayWithTime(`${pods} pods of ${Math.round(bytes)} bytes created in ${seconds.toFixed(1)} s`);
};

const isCorrect = async (bench: ScanBench, when: string): Promise<boolean> => {
  const { say } = bench;
  const { pods, wrong, examples, results } = await checkReports(bench);
  say(`${when}: ${wrong} wrong reports among those of ${pods} pods; results ${JSON.stringify(results)}`);
  for (const example of examples) console.error(example);
  return wrong === 0;
};

const restart = async (bench: ScanBench) => {
  const { cluster, traffic, say } = bench;
  await traffic.restart();
  const operator = await bench.startOperator();
  await bench.settle(operator);
  const written = await traffic.read();
  const logged = written.reportWrites === 0 ? "nothing" : `${written.reportWrites} reports`;
  say(`restarted on Kubernetes ${cluster.version}: wrote ${logged}`);
  return { operator, written };
};

const measure = async (
  bench: ScanBench,
  needs: PolicyEditNeeds,
  options: ScanOptions,
): Promise<ScanFigures> => {
  const { cluster, say, pods, policyCount } = bench;
  const profile = options.cpuProfile;
  say("first scan");
  const first = await runFirstScan(
    bench,
    profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`],
  );
  const cpuMs = (first.usage.cpuMs / pods).toFixed(2);
  say(`first scan done after ${first.wallSeconds.toFixed(1)} s, with ${cpuMs} ms of CPU per pod`);
  say(`its requests: ${first.traffic.requests}`);
  const summariesOfFirst = await countSummaries(cluster);
  const firstCorrect = await isCorrect(bench, "after the first scan");
  say("rescan");
  const summariesBeforeRescan = await countSummaries(cluster);
  const rescan = await runRescan(bench, first.operator);
  const summaries = await countSummaries(cluster);
  const compilations = compilationsOf(await first.operator.metrics());
  await first.operator.stop();
  say("bare client");
  const bareClientSeconds = await runBareClient(cluster);
  say(`bare client done after ${bareClientSeconds.toFixed(1)} s; restart`);
  const { operator, written } = await restart(bench);
  say("policy edit");
  const policyEdit = await runPolicyEdit(bench, operator, needs);
  say("single edits");
  const numbers = Array.from({ length: pods }, (_, index) => buildPod(index));
  const { latenciesMs, edits } = await timeEdits(cluster, chooseEdited(numbers, editCount));
  if (latenciesMs.length < edits) say(`${edits - latenciesMs.length} edits never reached their report`);
  await bench.settle(operator);
  const lastCorrect = await isCorrect(bench, "after the edits");
  await operator.stop();
  return {
    pods,
    policies: policyCount,
    first: {
      writesPerResource: first.traffic.reportWrites / pods,
      eventWritesPerResource: (first.traffic.eventWrites + summaries - summariesOfFirst) / pods,
      readsPerResource: first.traffic.reads / pods,
      cpuMsPerResource: first.usage.cpuMs / pods,
      wallSeconds: first.wallSeconds,
      bareClientSeconds,
      peakRssMiB: first.usage.peakRssMiB,
    },
    compilations,
    rescan: {
      reportWrites: rescan.reportWrites,
      // One that was sent just before the counting began was counted on neither side.
      eventWrites: Math.max(0, rescan.eventWrites - (summaries - summariesBeforeRescan)),
    },
    restart: { reportWrites: written.reportWrites, eventWrites: written.eventWrites },
    policyEdit,
    edits: { count: edits, p50Ms: percentile(latenciesMs, 0.5), p99Ms: percentile(latenciesMs, 0.99) },
    ...(options.heap ? { heap: await measureHeapGrowth(bench) } : {}),
    correct: firstCorrect && lastCorrect && latenciesMs.length === edits,
  };
};

/** Runs the whole bench on a control plane of its own. Throws CorpusMissing before anything is started. */
export const runScanBench = async (
  policies: ScanPolicies,
  options: ScanOptions,
  signal: AbortSignal,
): Promise<{ readonly figures: ScanFigures; readonly needs: PolicyEditNeeds }> => {
  if (options.corpus === undefined)
    throw new CorpusMissing("neither --corpus nor REARGUARD_CONFORMANCE is given");
  const loaded = await policies.load(options.corpus);
  const cluster = await startBenchCluster({ kubernetes: options.kubernetes, signal });
  try {
    const bundle = await buildBundle(cluster.folder);
    await seed(cluster, { type: policies.type, loaded }, options.pods);
    const logFile = options.keepLog ?? fileIn(cluster, "operator.log");
    const { pods } = options;
    const nodeFlags = [...(await readImageFlags()), ...options.nodeFlags];
    sayWithTime(
      `the operator runs with node ${nodeFlags.length === 0 ? "without flags" : nodeFlags.join(" ")}`,
    );
    const bench = await createScanBench({
      cluster,
      bundle,
      pods,
      policies,
      policyCount: loaded.length,
      logFile,
      nodeFlags,
      say: sayWithTime,
    });
    const needs = cohortEditNeeds(Array.from({ length: options.pods }, (_, index) => buildPod(index)));
    return { figures: await measure(bench, needs, options), needs };
  } finally {
    await cluster.stop();
  }
};
