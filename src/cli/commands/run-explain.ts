import { compileWildcard } from "#engine/values/wildcard.ts";

import type { CliIo } from "../cli-io.ts";
import { locateField } from "../documents/locate-field.ts";
import { openFiles } from "../documents/read-documents.ts";
import type { Explanation, RuleExplanation } from "../explain/explanation.ts";
import { explainResource } from "../explain/explain-resource.ts";
import { findSubjects, parseSubject } from "../explain/find-subject.ts";
import { loadFileWorld } from "../explain/load-file-world.ts";
import type { FileWorld, PlacedResource } from "../explain/load-file-world.ts";
import { renderExplanation } from "../explain/render-explanation.ts";
import { visible } from "../output/columns.ts";
import { renderDocuments } from "../output/render-documents.ts";
import { UsageError } from "../usage-error.ts";

/** The flags as they were typed. */
export interface ExplainFlags {
  readonly policy?: readonly string[];
  readonly resource?: readonly string[];
  readonly namespace?: string;
  readonly rule?: string;
  readonly outputFormat?: string;
  readonly detailedResults?: boolean;
  readonly valuesFile?: string;
  readonly set?: readonly string[];
  readonly userinfo?: string;
  readonly exception?: readonly string[];
  readonly targetResource?: readonly string[];
  readonly removeColor?: boolean;
}

const formats = ["text", "json", "yaml"] as const;

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
  const world = await loadFileWorld(
    {
      policies: [...policies, ...(flags.policy ?? [])],
      resources: flags.resource ?? [],
      targets: flags.targetResource ?? [],
      exceptions: flags.exception ?? [],
      valuesFile: flags.valuesFile,
      assignments: flags.set ?? [],
      userInfoFile: flags.userinfo,
    },
    openFiles(() => {
      if (io.stdin.isTerminal) throw new UsageError("- stands for standard input, and nothing is piped in");
      return io.stdin.read();
    }),
    io.nowMs(),
  );
  for (const problem of world.problems) io.stderr.write(`${visible(problem)}\n`);
  const found = findSubjects(subject, world.resources.map(flatten), missingText(world, flags));
  const explanations = found.map((placed) => explainOne(placed, world, isShown));
  io.stdout.write(render(explanations, format, flags, io));
  return world.problems.length === 0 ? 0 : 1;
}

type Placed = PlacedResource & PlacedResource["resource"];

function flatten(placed: PlacedResource): Placed {
  return { ...placed, ...placed.resource };
}

function missingText({ resources }: FileWorld, { namespace }: ExplainFlags): (name: string) => string {
  const where = namespace === undefined ? "" : ` in namespace ${namespace}`;
  return (name) => `there is no ${name}${where} among the ${resources.length} objects`;
}

function explainOne(
  { resource, source }: PlacedResource,
  { judgement }: FileWorld,
  isShown: (rule: RuleExplanation) => boolean,
): Explanation {
  const { apiVersion, gvk, namespace, name } = resource;
  const place = `${source.place.file}:${locateField(source, "").line}`;
  return {
    resource: { apiVersion, kind: gvk.kind, ...(namespace === "" ? {} : { namespace }), name, place },
    rules: explainResource(judgement, resource).filter(isShown),
  };
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
