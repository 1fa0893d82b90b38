import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { ReportSummary } from "#reports/build-report.ts";

import type { CliIo } from "../cli-io.ts";
import { openFiles } from "../documents/read-documents.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import { exitCodeOf } from "../exit-code.ts";
import { resultOf, verdictsOf } from "../judge.ts";
import type { Judgement, PolicyVerdict, Verdict } from "../judge.ts";
import { visible } from "../output/columns.ts";
import { startProgress } from "../output/progress.ts";
import { resourceText } from "../output/resource-text.ts";
import { isAudited } from "../policies/failure-action.ts";
import { rulePolicyOf } from "../policies/decode-policy.ts";
import type { LoadedPolicy } from "../policies/decode-policy.ts";
import { loadPolicies } from "../policies/load-policies.ts";
import type { LoadedPolicies } from "../policies/load-policies.ts";
import type { ScanResource } from "../resources/scan-resource.ts";
import { UsageError } from "../usage-error.ts";
import type { ClusterWorld } from "./scan-cluster.ts";
import { openFileWorld } from "./scan-files.ts";
import type { OpenFilesOptions } from "./scan-files.ts";
import type { ScanFlags } from "./scan-flags.ts";
import { openObjectWriter, writeChanges } from "./scan-objects.ts";
import { readScanOptions } from "./scan-options.ts";
import type { ClusterOptions, ScanOptions } from "./scan-options.ts";
import { createScanPrinter } from "./scan-printer.ts";
import type { ScanTotals } from "./scan-printer.ts";
import type { ScanWorld } from "./scan-world.ts";

/** Judges, prints, and gives the exit code. Throws a `UsageError` where the command was called wrongly. */
export async function runScan(policies: readonly string[], flags: ScanFlags, io: CliIo): Promise<number> {
  const options = readScanOptions(policies, flags);
  const complain = (message: string): void => io.stderr.write(`${visible(message)}\n`);
  for (const note of options.notes) complain(note);
  const files = openFiles(() => stdinOf(io));
  const loaded = await loadPolicies(options.policies, files);
  complainOf(loaded, options, complain);
  if (loaded.policies.length === 0 && loaded.problems.length === 0) throw new UsageError("no policy found");
  const old = await loadOld(options, files, complain);
  const opening = {
    loaded: { ...loaded, policies: [...loaded.policies, ...old.policies] },
    files,
    nowMs: io.nowMs(),
    note: complain,
  };
  const known = [...loaded.problems, ...old.problems].map(({ message }) => message);
  const { cluster, compare } = options;
  const clusterWorld = cluster === undefined ? undefined : await openCluster(options, cluster, opening, io);
  const world = clusterWorld ?? (await openFileWorld(options, opening));
  try {
    if (compare !== undefined) {
      const { runCompare, compareWith } = await import("../compare/run-compare.ts");
      const find = compareWith(compare, {
        world,
        clusterWorld,
        cluster,
        old: old.policies,
        now: loaded.policies,
      });
      return await runCompare(find, known, options, io, complain);
    }
    const totals = await judgeAll(world, loaded.policies, known, { options, io, complain });
    const { code, note } = exitCodeOf(totals.summary, options);
    if (note !== undefined) complain(note);
    return code;
  } finally {
    await world.close();
  }
}

/** The policies that the others are compared with; none where they are not. */
async function loadOld(
  { compare }: ScanOptions,
  files: DocumentFiles,
  complain: (message: string) => void,
): Promise<Pick<LoadedPolicies, "policies" | "problems">> {
  if (compare?.with !== "policies") return { policies: [], problems: [] };
  const old = await loadPolicies([compare.path], files);
  for (const { message } of old.problems) complain(message);
  if (old.policies.length === 0 && old.problems.length === 0) {
    throw new UsageError(`--compare ${compare.path}: no policy found`);
  }
  return old;
}

function complainOf(
  { problems, notes, passedOver, exceptions }: LoadedPolicies,
  { exceptionsWithinPolicies }: ScanOptions,
  complain: (message: string) => void,
): void {
  for (const { message } of problems) complain(message);
  for (const note of notes) complain(note);
  if (passedOver > 0) complain(`${passedOver} documents in policy folders are no policies`);
  if (exceptions.length === 0 || exceptionsWithinPolicies) return;
  complain(`${exceptions.length} exceptions among the policies take no part: --exceptions-within-policies`);
}

function stdinOf({ stdin }: CliIo): AsyncIterable<string> {
  if (stdin.isTerminal) throw new UsageError("- stands for standard input, and nothing is piped in");
  return stdin.read();
}

/** Only where a cluster is asked for, its client is loaded. */
async function openCluster(
  options: ScanOptions,
  cluster: ClusterOptions,
  opening: OpenFilesOptions,
  { env }: CliIo,
): Promise<ClusterWorld> {
  const { openClusterWorld } = await import("./scan-cluster.ts");
  return openClusterWorld(options, cluster, { ...opening, env });
}

/** Judges every object, prints the results, and counts them. */
async function judgeAll(
  world: ScanWorld,
  policies: readonly LoadedPolicy[],
  known: readonly string[],
  {
    options,
    io,
    complain,
  }: {
    readonly options: ScanOptions;
    readonly io: CliIo;
    readonly complain: (message: string) => void;
  },
): Promise<ScanTotals> {
  const counts = { pass: 0, fail: 0, warn: 0, error: 0, skip: 0 } satisfies ReportSummary;
  const problems = [...known];
  const report = (message: string): void => {
    problems.push(message);
    complain(message);
  };
  const printer = createScanPrinter(options, policies, io);
  const writer = openObjectWriter(options, io.stdout);
  const progress = startProgress(io);
  await world.each(policies, async (item) => {
    if (item.kind === "problem") {
      report(item.message);
      return;
    }
    const judgement = { ...world.judgement, policies: item.policies };
    const verdicts = await judgeOne(world, judgement, item.resource, report);
    if (writer !== undefined) await writeChanges(verdicts, writer);
    for (const verdict of verdicts.flatMap(verdictsOf)) {
      const result = toResult(verdict, judgement, options);
      counts[result.result ?? "error"] += 1;
      printer.add({ result, verdict, source: item.source });
    }
    progress.advance();
  });
  progress.end();
  const totals = { summary: { ...counts, error: counts.error + problems.length }, problems };
  printer.end(totals);
  return totals;
}

/** What cannot be judged is told, and the others are judged nevertheless. */
async function judgeOne(
  world: ScanWorld,
  judgement: Judgement,
  resource: ScanResource,
  report: (problem: string) => void,
): Promise<readonly PolicyVerdict[]> {
  try {
    return await world.judge(judgement, resource);
  } catch (error) {
    const { gvk, namespace, name } = resource;
    report(`${resourceText({ kind: gvk.kind, namespace, name })}: ${(error as Error).message}`);
    return [];
  }
}

function toResult(verdict: Verdict, judgement: Judgement, { auditWarn }: ScanOptions): PolicyReportResult {
  const result = resultOf(verdict, judgement.nowMs);
  if (!auditWarn || result.result !== "fail") return result;
  const { namespace } = verdict.resource;
  const source = rulePolicyOf(verdict.policy);
  if (source === undefined) return result;
  const labels = judgement.values.namespaceLabels(namespace) ?? {};
  return isAudited(source.spec, namespace, labels) ? { ...result, result: "warn" } : result;
}
