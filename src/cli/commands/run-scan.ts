import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { compileCelExceptions } from "#engine/cel-policy/cel-exception-index.ts";
import { compileExceptions } from "#engine/exceptions/exception-index.ts";
import { summarize } from "#reports/build-report.ts";
import type { ReportSummary } from "#reports/build-report.ts";

import type { CliIo } from "../cli-io.ts";
import { locateField } from "../documents/locate-field.ts";
import { openFiles } from "../documents/read-documents.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import { decodeExceptions, isException, readExceptions } from "../exceptions/read-exceptions.ts";
import type { ReadExceptions } from "../exceptions/read-exceptions.ts";
import { exitCodeOf } from "../exit-code.ts";
import { judgeByPolicies, resultOf, verdictsOf } from "../judge.ts";
import type { Judgement, PolicyVerdict, Verdict } from "../judge.ts";
import { createObjectWriter } from "../output/object-writer.ts";
import type { ObjectWriter } from "../output/object-writer.ts";
import { visible } from "../output/columns.ts";
import { mergedReports } from "../output/merged-report.ts";
import { startProgress } from "../output/progress.ts";
import { renderDocuments } from "../output/render-documents.ts";
import { renderResultsTable } from "../output/results-table.ts";
import { renderSarif } from "../output/sarif.ts";
import type { LocatedResult } from "../output/sarif.ts";
import { renderScanJUnit, renderScanMarkdown } from "../output/scan-documents.ts";
import { isAudited } from "../policies/failure-action.ts";
import { rulePolicyOf } from "../policies/decode-policy.ts";
import { policyInfo } from "../policies/policy-info.ts";
import { loadPolicies } from "../policies/load-policies.ts";
import type { LoadedPolicies } from "../policies/load-policies.ts";
import { offlineCluster } from "../resources/offline-cluster.ts";
import { offlineTargets } from "../resources/offline-targets.ts";
import { decodeResource } from "../resources/scan-resource.ts";
import type { ScanResource } from "../resources/scan-resource.ts";
import { readResources } from "../resources/read-resources.ts";
import type { ReadResource } from "../resources/read-resources.ts";
import { UsageError } from "../usage-error.ts";
import { readUserInfo, readValuesFile } from "../values/read-settings-file.ts";
import { compileValues, parseAssignments } from "../values/scan-values.ts";
import { readScanOptions } from "./scan-options.ts";
import type { OutputFormat, ScanFlags, ScanOptions } from "./scan-options.ts";

/** What a scan has found; printed as it is where results are wanted as JSON or YAML. */
interface ScanOutcome {
  /** `error` also counts the problems. */
  readonly summary: ReportSummary;
  /** Documents that could not be read, and policies that take no part. */
  readonly problems: readonly string[];
  readonly results: readonly PolicyReportResult[];
}

/** What judging gives, before it is counted. */
interface Judged {
  readonly problems: readonly string[];
  readonly results: readonly PolicyReportResult[];
  /** The same results with the places of their objects, where the format shows them. */
  readonly located: readonly LocatedResult[];
}

/** Judges, prints, and gives the exit code. Throws a `UsageError` where the command was called wrongly. */
export async function runScan(policies: readonly string[], flags: ScanFlags, io: CliIo): Promise<number> {
  const options = readScanOptions(policies, flags);
  const files = openFiles(() => stdinOf(io));
  const loaded = await loadPolicies(options.policies, files);
  const complain = (message: string): void => io.stderr.write(`${visible(message)}\n`);
  for (const { message } of loaded.problems) complain(message);
  if (loaded.passedOver > 0) complain(`${loaded.passedOver} documents in policy folders are no policies`);
  if (loaded.exceptions.length > 0 && !options.exceptionsWithinPolicies) {
    complain(
      `${loaded.exceptions.length} exceptions among the policies take no part: --exceptions-within-policies`,
    );
  }
  if (loaded.policies.length === 0 && loaded.problems.length === 0) throw new UsageError("no policy found");

  const { judgement, resources } = await prepare(loaded, options, files, io.nowMs());
  const judged = await judgeAll(resources, judgement, options, io, complain);
  const problems = [...loaded.problems.map(({ message }) => message), ...judged.problems];
  const counted = summarize(judged.results);
  const summary = { ...counted, error: counted.error + problems.length };
  const outcome = { summary, problems, results: judged.results };
  io.stdout.write(
    options.format === "sarif"
      ? renderSarif({ results: judged.located, problems, infoOf: policyInfo(loaded.policies) })
      : render(outcome, options, options.format, io),
  );
  const { code, note } = exitCodeOf(summary, options);
  if (note !== undefined) complain(note);
  return code;
}

function stdinOf({ stdin }: CliIo): AsyncIterable<string> {
  if (stdin.isTerminal) throw new UsageError("- stands for standard input, and nothing is piped in");
  return stdin.read();
}

/**
 * Objects are judged as they are read and not kept, unless a policy reads the cluster, which consists of all given
 * objects, or exceptions stand among them.
 */
async function prepare(
  loaded: LoadedPolicies,
  options: ScanOptions,
  files: DocumentFiles,
  nowMs: number,
): Promise<{
  readonly judgement: Judgement;
  readonly resources: AsyncIterable<ReadResource> | readonly ReadResource[];
}> {
  const { valuesFile, userInfoFile } = options;
  const values = valuesFile === undefined ? undefined : await readValuesFile(valuesFile, files);
  const user = userInfoFile === undefined ? undefined : await readUserInfo(userInfoFile, files);
  const stream = readResources(options.resources, files);
  const keep =
    options.exceptionsWithinResources || loaded.policies.some(({ source }) => readsCluster(source));
  const targets = await readTargets(options.targets, files);
  const resources = keep ? await Array.fromAsync(stream) : stream;
  const objects = Array.isArray(resources) ? (resources as readonly ReadResource[]) : [];
  const given = objects.flatMap((read) => (read.kind === "resource" ? [read.resource] : []));
  const cluster = [...given, ...targets];
  const read = [
    await readExceptions(options.exceptionFiles, files),
    exceptionsAmong(options.exceptionsWithinPolicies ? loaded.exceptions : []),
    exceptionsAmong(options.exceptionsWithinResources ? sourcesOf(objects) : []),
  ];
  return {
    resources,
    judgement: {
      exceptions: compileExceptions(read.flatMap(({ exceptions }) => exceptions)),
      celExceptions: compileCelExceptions(read.flatMap(({ celExceptions }) => celExceptions)),
      policies: loaded.policies,
      values: compileValues(values, parseAssignments(options.assignments)),
      user,
      context: offlineCluster(cluster),
      targets: offlineTargets(cluster),
      nowMs,
    },
  };
}

function sourcesOf(objects: readonly ReadResource[]): readonly SourceDocument[] {
  return objects.flatMap((read) => (read.kind === "resource" ? [read.source] : []));
}

function exceptionsAmong(documents: readonly SourceDocument[]): ReadExceptions {
  return decodeExceptions(documents.filter(({ content }) => isException(content)));
}

function readsCluster(policy: object): boolean {
  const text = JSON.stringify(policy);
  return ['"apiCall"', '"globalReference"', '"targets"', "resource."].some((field) => text.includes(field));
}

async function readTargets(paths: readonly string[], files: DocumentFiles): Promise<readonly ScanResource[]> {
  const targets: ScanResource[] = [];
  for await (const read of readResources(paths, files)) {
    if (read.kind === "problem") throw new UsageError(read.message);
    targets.push(read.resource);
  }
  return targets;
}

async function judgeAll(
  resources: AsyncIterable<ReadResource> | readonly ReadResource[],
  judgement: Judgement,
  options: ScanOptions,
  io: CliIo,
  complain: (message: string) => void,
): Promise<Judged> {
  const results: PolicyReportResult[] = [];
  const located: LocatedResult[] = [];
  const problems: string[] = [];
  const writer = options.outputPath === undefined ? undefined : createObjectWriter(options.outputPath);
  const progress = startProgress(io);
  for await (const read of resources) {
    if (read.kind === "problem") {
      problems.push(read.message);
      complain(read.message);
      continue;
    }
    const verdicts = judgeByPolicies(judgement, read.resource);
    if (writer !== undefined) await writeChanges(verdicts, writer);
    for (const verdict of verdicts.flatMap(verdictsOf)) {
      const result = toResult(verdict, judgement, options);
      results.push(result);
      if (options.format !== "sarif" || !isShown(result, options)) continue;
      const { line } = locateField(read.source, "");
      located.push({ result, file: read.source.place.file, line });
    }
    progress.advance();
  }
  progress.end();
  return { results, located, problems };
}

/** Writes the object as all mutations leave it, the existing objects that they change, and generated ones. */
async function writeChanges(verdicts: readonly PolicyVerdict[], writer: ObjectWriter): Promise<void> {
  for (const { policy, generated } of verdicts) {
    for (const { object } of generated) {
      await writer.write(`${policy.compiled.identity.name}-generated`, object);
    }
  }
  const mutations = verdicts.filter(({ step }) => step === "mutate");
  const last = mutations.at(-1);
  if (last === undefined) return;
  // What rules say of other objects is no reason to write this one.
  const concerned = mutations.some(({ responses, targets }) => {
    return responses.filter(({ status }) => status === "pass").length > targets.length;
  });
  if (concerned) await writer.write(`${last.resource.name}-mutated`, last.object);
  for (const { object } of mutations.flatMap(({ targets }) => targets)) {
    const decoded = decodeResource(object);
    if (decoded.ok) await writer.write(`${decoded.resource.name}-mutated`, object);
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

function isShown({ result }: PolicyReportResult, { allRows }: ScanOptions): boolean {
  return allRows || (result !== "pass" && result !== "skip");
}

function render(
  outcome: ScanOutcome,
  options: ScanOptions,
  format: Exclude<OutputFormat, "sarif">,
  io: CliIo,
): string {
  const { results } = outcome;
  switch (format) {
    case "json":
    case "yaml":
      return renderDocuments(options.report ? mergedReports(results) : [outcome], format);
    case "junit":
      return renderScanJUnit(outcome);
    case "markdown":
      return renderScanMarkdown({
        ...outcome,
        results: results.filter((result) => isShown(result, options)),
      });
    case "table":
      return renderTable(outcome, options, io);
    default:
      return format satisfies never;
  }
}

function renderTable(
  { results, summary }: ScanOutcome,
  options: ScanOptions,
  { stdout, allowsColor }: CliIo,
): string {
  const shown = results.filter((result) => isShown(result, options));
  const table = renderResultsTable(shown, {
    ...(stdout.columns === undefined ? {} : { width: stdout.columns }),
    color: options.color && allowsColor && stdout.isTerminal,
  });
  const { pass, fail, warn, error, skip } = summary;
  const counts = `pass: ${pass}, fail: ${fail}, warn: ${warn}, error: ${error}, skip: ${skip}`;
  return `${table}${table === "" ? "" : "\n"}${counts}\n`;
}
