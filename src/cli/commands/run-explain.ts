import { compileWildcard } from "#engine/values/wildcard.ts";

import type { CliIo } from "../cli-io.ts";
import { locateField } from "../documents/locate-field.ts";
import { openFiles } from "../documents/read-documents.ts";
import type { Explanation, RuleExplanation } from "../explain/explanation.ts";
import { explainResource } from "../explain/explain-resource.ts";
import { parseSubject } from "../explain/find-subject.ts";
import { renderExplanation } from "../explain/render-explanation.ts";
import { visible } from "../output/columns.ts";
import { renderDocuments } from "../output/render-documents.ts";
import { UsageError } from "../usage-error.ts";
import type { ExplainFlags } from "./explain-flags.ts";
import { findInFiles } from "./explain-world.ts";
import type { ExplainSearch, ExplainWorld, PlacedResource } from "./explain-world.ts";
import { readScanOptions } from "./scan-options.ts";
import type { ScanOptions } from "./scan-options.ts";

const formats = ["text", "json", "yaml"] as const;

/** How often an object may ask for more data before it is given up. */
const maxRounds = 50;

/** Explains objects, prints, and gives the exit code. Throws a `UsageError` where the command was called wrongly. */
export async function runExplain(
  name: string,
  policies: readonly string[],
  flags: ExplainFlags,
  io: CliIo,
): Promise<number> {
  const subject = parseSubject(name, flags.namespace);
  const format = readFormat(flags);
  const isShown = ruleFilter(flags.rule);
  const complain = (message: string): void => io.stderr.write(`${visible(message)}\n`);
  const options = readOptions([...policies, ...(flags.policy ?? [])], flags);
  const files = openFiles(() => {
    if (io.stdin.isTerminal) throw new UsageError("- stands for standard input, and nothing is piped in");
    return io.stdin.read();
  });
  const world = await openWorld({ options, subject, files, nowMs: io.nowMs(), note: complain }, io);
  try {
    for (const problem of world.problems) complain(problem);
    const explanations: Explanation[] = [];
    for (const placed of world.found) explanations.push(await explainOne(placed, world, isShown));
    io.stdout.write(render(explanations, format, flags, io));
  } finally {
    await world.close();
  }
  return world.problems.length === 0 ? 0 : 1;
}

/** Without policies those of the cluster are meant. */
function readOptions(policies: readonly string[], flags: ExplainFlags): ScanOptions {
  if (flags.cluster === true && (flags.resource ?? []).length > 0) {
    throw new UsageError("-r names files, and --cluster asks for a cluster; give one of them");
  }
  const { outputFormat: _format, ...scanFlags } = flags;
  if (flags.cluster !== true || policies.length > 0) return readScanOptions(policies, scanFlags);
  return { ...readScanOptions(["of the cluster"], scanFlags), policies: [] };
}

async function openWorld(search: ExplainSearch, { env }: CliIo): Promise<ExplainWorld> {
  const { cluster } = search.options;
  if (cluster === undefined) return findInFiles(search);
  // Only where a cluster is asked for, its client is loaded.
  const { findInCluster } = await import("./explain-cluster.ts");
  return findInCluster(search, cluster, env);
}

async function explainOne(
  { resource, source }: PlacedResource,
  world: ExplainWorld,
  isShown: (rule: RuleExplanation) => boolean,
): Promise<Explanation> {
  const { apiVersion, gvk, namespace, name } = resource;
  const shown = { apiVersion, kind: gvk.kind, ...(namespace === "" ? {} : { namespace }), name };
  const place = source === undefined ? {} : { place: `${source.place.file}:${locateField(source, "").line}` };
  for (let round = 0; round < maxRounds; round += 1) {
    const explaining = explainResource(world.judgement, resource);
    if (explaining.kind === "explained") {
      return { resource: { ...shown, ...place }, rules: explaining.rules.filter(isShown) };
    }
    await world.load(explaining.needs);
  }
  throw new Error(`policies asked for data in ${maxRounds} rounds without end`);
}

function ruleFilter(pattern: string | undefined): (rule: RuleExplanation) => boolean {
  if (pattern === undefined) return () => true;
  const matches = compileWildcard(pattern);
  return ({ policy, rule }) => matches(rule) || matches(`${policy}/${rule}`);
}

function readFormat({ outputFormat = "text" }: ExplainFlags): (typeof formats)[number] {
  const format = formats.find((known) => known === outputFormat);
  if (format !== undefined) return format;
  throw new UsageError(`--output-format ${outputFormat}: known formats are ${formats.join(", ")}`);
}

function render(
  explanations: readonly Explanation[],
  format: (typeof formats)[number],
  flags: ExplainFlags,
  { stdout, allowsColor }: CliIo,
): string {
  if (format !== "text") return renderDocuments([{ explanations }], format);
  const layout = {
    ...(stdout.columns === undefined ? {} : { width: stdout.columns }),
    color: flags.removeColor !== true && allowsColor && stdout.isTerminal,
    detailed: flags.detailedResults === true,
  };
  return explanations.map((explanation) => renderExplanation(explanation, layout)).join("\n");
}
