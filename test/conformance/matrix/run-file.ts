import { join } from "node:path";

import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { openFiles } from "#cli/documents/read-documents.ts";
import { readExceptions } from "#cli/exceptions/read-exceptions.ts";
import type { ReadExceptions } from "#cli/exceptions/read-exceptions.ts";
import { judgeByPolicies, resultOf, verdictsOf } from "#cli/judge.ts";
import type { Judgement } from "#cli/judge.ts";
import { missingOf } from "#cli/policies/decode-policy.ts";
import { loadPolicies } from "#cli/policies/load-policies.ts";
import type { LoadedPolicies } from "#cli/policies/load-policies.ts";
import { celCluster } from "#cli/resources/cel-cluster.ts";
import { offlineParams } from "#cli/resources/offline-params.ts";
import { readResources } from "#cli/resources/read-resources.ts";
import type { ScanResource } from "#cli/resources/scan-resource.ts";
import { nothingDescribed, readContextFile } from "#cli/values/context-file.ts";
import { readUserInfo, readValuesFile } from "#cli/values/read-settings-file.ts";
import { compileValues } from "#cli/values/scan-values.ts";
import { compileCelExceptions } from "#engine/cel-policy/cel-exception-index.ts";
import type { ContextSource } from "#engine/context/context-source.ts";
import { compileExceptions } from "#engine/exceptions/exception-index.ts";

import { changedObjects } from "./changed-objects.ts";
import type { GoldenFile } from "./golden-files.ts";
import { groupResults } from "./group-results.ts";
import type { MatrixRecord } from "./matrix-record.ts";
import { isSliceFile } from "./slice-file.ts";

/** What one policy file of the matrix gives with us. */
export interface FileRun {
  readonly golden: GoldenFile;
  readonly record: MatrixRecord;
  readonly inSlice: boolean;
  /** What is missing to judge the file; empty where it is judged in full. */
  readonly features: readonly string[];
}

/** The bundle as policies see it. */
export type MatrixCluster = Required<Pick<Judgement, "context" | "targets">>;

const noFiles = openFiles(() => {
  throw new Error("the matrix does not read standard input");
});
const supportedSetup: ReadonlySet<string> = new Set([
  "-e",
  "-f",
  "-u",
  "--parameter-resource",
  "--context-file",
]);

/** Judges the whole bundle by one policy file, on the same way as `rearguard scan`. */
export async function runFile(
  golden: GoldenFile,
  corpus: string,
  bundle: readonly ScanResource[],
  cluster: MatrixCluster,
): Promise<FileRun> {
  const folder = join(corpus, golden.corpus);
  const loaded = await loadPolicies([join(folder, golden.record.policyFile)], noFiles);
  const setup = pairsOf(golden.record.setup ?? []);
  const exceptions = await exceptionsOf(loaded, setup, folder);
  const judgement = await judgementOf(loaded, setup, folder, cluster, exceptions);
  const byPolicy = bundle.flatMap((resource) => judgeByPolicies(judgement, resource));
  const verdicts = byPolicy.flatMap(verdictsOf);
  const features = new Set([
    ...setup.map(([flag]) => flag).filter((flag) => !supportedSetup.has(flag)),
    ...loaded.problems.flatMap((problem) => problem.features),
    ...loaded.policies.flatMap(missingOf),
    ...verdicts.flatMap(({ response }) => response.unsupported ?? []),
  ]);
  const results = verdicts.map((verdict) => resultOf(verdict, judgement.nowMs));
  return {
    golden,
    record: {
      ...recordOf(golden.record, loaded, results, [...features].toSorted()),
      ...changedObjects(byPolicy),
    },
    inSlice: isSliceFile(loaded),
    features: [...features].toSorted(),
  };
}

async function judgementOf(
  loaded: LoadedPolicies,
  setup: readonly (readonly [string, string])[],
  folder: string,
  cluster: MatrixCluster,
  exceptions: ReadExceptions,
): Promise<Judgement> {
  const fileOf = (flag: string): string | undefined => {
    const path = setup.find(([name]) => name === flag)?.[1];
    // Settings for nothing may ask for what is not there yet.
    return path === undefined || loaded.policies.length === 0 ? undefined : join(folder, path);
  };
  const valuesFile = fileOf("-f");
  const userFile = fileOf("-u");
  const contextFile = fileOf("--context-file");
  const context = await contextOf(cluster.context, setup, folder);
  return {
    policies: loaded.policies,
    values: compileValues(
      valuesFile === undefined ? undefined : await readValuesFile(valuesFile, noFiles),
      [],
    ),
    user: userFile === undefined ? undefined : await readUserInfo(userFile, noFiles),
    ...cluster,
    context,
    celContext: celCluster(
      contextFile === undefined ? nothingDescribed : await readContextFile(contextFile, noFiles),
      context,
    ),
    exceptions: compileExceptions(exceptions.exceptions),
    celExceptions: compileCelExceptions(exceptions.celExceptions),
    nowMs: Date.now(),
  };
}

/** The bundle, behind the parameters of admission policies. */
async function contextOf(
  bundle: ContextSource,
  setup: readonly (readonly [string, string])[],
  folder: string,
): Promise<ContextSource> {
  const paths = setup.flatMap(([flag, path]) =>
    flag === "--parameter-resource" ? [join(folder, path)] : [],
  );
  if (paths.length === 0) return bundle;
  const given = await Array.fromAsync(readResources(paths, noFiles));
  const params = offlineParams(given.flatMap((read) => (read.kind === "resource" ? [read.resource] : [])));
  return {
    lookUp: (request, scope) => (request.kind === "params" ? params(request) : bundle.lookUp(request, scope)),
  };
}

async function exceptionsOf(
  loaded: LoadedPolicies,
  setup: readonly (readonly [string, string])[],
  folder: string,
): Promise<ReadExceptions> {
  const paths = setup.flatMap(([flag, path]) => (flag === "-e" ? [join(folder, path)] : []));
  return await readExceptions(loaded.policies.length === 0 ? [] : paths, noFiles);
}

function pairsOf(setup: readonly string[]): readonly (readonly [string, string])[] {
  return setup.flatMap((flag, index) => (index % 2 === 0 ? [[flag, setup[index + 1] ?? ""] as const] : []));
}

function recordOf(
  golden: MatrixRecord,
  loaded: LoadedPolicies,
  results: readonly PolicyReportResult[],
  features: readonly string[],
): MatrixRecord {
  const { policyFile, kinds, tests, setup } = golden;
  const status = statusOf(loaded, results, features);
  const counts: Record<string, number> = {};
  for (const { result = "" } of results) counts[result] = (counts[result] ?? 0) + 1;
  const errors: Record<string, number> = {};
  for (const { message = "" } of results) errors[message] = (errors[message] ?? 0) + 1;
  return {
    format: 1,
    policyFile,
    kinds,
    tests,
    ...(setup === undefined ? {} : { setup }),
    status,
    counts,
    policies: Object.fromEntries(
      loaded.policies.map(({ compiled }) => [compiled.identity.key, compiled.reporting]),
    ),
    ...(loaded.problems.length === 0 ? {} : { messages: loaded.problems.map(({ message }) => message) }),
    ...(status === "all-errors" ? { errors } : { groups: groupResults(results) }),
    ...(features.length === 0 ? {} : { features }),
  };
}

function statusOf(
  loaded: LoadedPolicies,
  results: readonly PolicyReportResult[],
  features: readonly string[],
): string {
  if (features.length > 0) return "not-yet";
  if (loaded.problems.length > 0) return "refused";
  if (results.length === 0) return "no-results";
  return results.every(({ result }) => result === "error") ? "all-errors" : "results";
}
