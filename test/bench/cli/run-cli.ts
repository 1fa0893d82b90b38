import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readGoldenFiles } from "#test/conformance/matrix/golden-files.ts";
import { buildBundle } from "../operator/bundle.ts";
import { percentile } from "../scan/percentile.ts";
import { CorpusMissing } from "../scan/load-policies.ts";
import type { CliFigures, GrowthFigures, StartFigures, ThroughputFigures } from "./figures.ts";
import { measureNode } from "./measure-process.ts";
import type { ProcessMeasure } from "./measure-process.ts";
import { writePods } from "./write-objects.ts";
import type { ObjectFormat } from "./write-objects.ts";

export interface CliBenchInput {
  readonly conformance: string;
  readonly resources: number;
}

const smallCount = 1_000;
const starts = 11;

/** Policies that read another kind than the one they judge: objects of that kind are kept. */
const readingPolicy = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: reads-services}
spec:
  rules:
  - name: services
    match: {any: [{resources: {kinds: [Pod]}}]}
    context:
    - name: count
      apiCall: {urlPath: "/api/v1/namespaces/{{ request.namespace }}/services", jmesPath: "length(items)"}
    validate:
      message: too many
      deny: {conditions: {all: [{key: "{{ count }}", operator: GreaterThan, value: 10}]}}
`;

/** Measures the bundle as people run it: what it judges in which time and memory, and how fast it starts. */
export const runCliBench = async (input: CliBenchInput, signal: AbortSignal): Promise<CliFigures> => {
  const folder = await mkdtemp(join(tmpdir(), "rearguard-bench-cli-"));
  try {
    const bundle = await buildBundle(folder);
    const start = await measureStart(bundle, signal);
    const throughput = await measureThroughput(bundle, input.conformance, signal);
    return { start, throughput, growth: await measureGrowths(bundle, folder, input, signal) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const measureStart = async (bundle: string, signal: AbortSignal): Promise<StartFigures> => {
  const median = async (args: readonly string[]): Promise<readonly [wall: number, cpu: number]> => {
    const runs: ProcessMeasure[] = [];
    for (let run = 0; run < starts; run += 1) runs.push(await measureNode(args, signal));
    return [
      percentile(
        runs.map(({ wallMs }) => wallMs),
        0.5,
      ),
      percentile(
        runs.map(({ cpuMs }) => cpuMs),
        0.5,
      ),
    ];
  };
  const [helpMs, helpCpuMs] = await median([bundle, "--help"]);
  const [nodeMs] = await median(["--eval", "0"]);
  return { helpMs, helpCpuMs, nodeMs };
};

const measureThroughput = async (
  bundle: string,
  conformance: string,
  signal: AbortSignal,
): Promise<ThroughputFigures> => {
  const golden = join(conformance, "golden");
  if (!existsSync(join(golden, "matrix/bundle.yaml"))) {
    throw new CorpusMissing(`there is no ${join(golden, "matrix/bundle.yaml")}`);
  }
  const records = await readGoldenFiles(golden, "");
  const files = records.flatMap(({ corpus, record }) => {
    const isClassic = record.kinds.every((kind) => kind === "ClusterPolicy" || kind === "Policy");
    return isClassic ? [join(conformance, "cli", corpus, record.policyFile)] : [];
  });
  const policies = [...new Set(files)];
  const measured = await measureNode(
    [bundle, "scan", ...policies, "-r", join(golden, "matrix/bundle.yaml")],
    signal,
  );
  return {
    policyFiles: policies.length,
    results: countResults(measured),
    wallSeconds: measured.wallMs / 1_000,
    cpuSeconds: measured.cpuMs / 1_000,
    peakMiB: measured.peakMiB,
  };
};

const measureGrowths = async (
  bundle: string,
  folder: string,
  { conformance, resources }: CliBenchInput,
  signal: AbortSignal,
): Promise<readonly GrowthFigures[]> => {
  const podSecurity = join(conformance, "cli/policies/pod-security");
  const plain = [join(podSecurity, "baseline"), join(podSecurity, "restricted")];
  const reading = join(folder, "reading.yaml");
  await writeFile(reading, readingPolicy);
  const scan = async (
    format: ObjectFormat,
    count: number,
    policies: readonly string[],
  ): Promise<ProcessMeasure> => {
    const path = join(folder, `${count}.${format}`);
    if (!existsSync(path)) await writePods(path, count, format);
    return measureNode([bundle, "scan", ...policies, "-r", path], signal);
  };
  const measure = async (
    what: string,
    format: ObjectFormat,
    policies: readonly string[],
    decides: boolean,
  ): Promise<GrowthFigures> => {
    const small = await scan(format, smallCount, policies);
    const large = await scan(format, resources, policies);
    return {
      what,
      decides,
      resources,
      results: countResults(large),
      smallMiB: small.peakMiB,
      largeMiB: large.peakMiB,
      cpuSeconds: large.cpuMs / 1_000,
    };
  };
  return [
    await measure("JSON, one object a line", "ndjson", plain, true),
    await measure("YAML documents", "yaml", plain, true),
    await measure("policies that read Services", "ndjson", [reading], false),
  ];
};

/** What the last line of a scan says. */
const countResults = ({ lastLine }: ProcessMeasure): number => {
  const counts = [...lastLine.matchAll(/\w+: (\d+)/g)].map(([, count]) => Number(count));
  if (counts.length !== 5) throw new Error(`the scan ended with: ${lastLine}`);
  return counts.reduce((sum, count) => sum + count, 0);
};
