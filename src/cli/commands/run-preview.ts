import type { CliIo } from "../cli-io.ts";
import { openFiles } from "../documents/read-documents.ts";
import { visible } from "../output/columns.ts";
import { renderDocuments } from "../output/render-documents.ts";
import { previewPolicy } from "../preview/preview-policy.ts";
import { previewActing } from "../preview/preview-acting.ts";
import type { Preview } from "../preview/preview.ts";
import { openClusterPreview, openFilePreview } from "../preview/preview-world.ts";
import type { PreviewWorld } from "../preview/preview-world.ts";
import { previewablesOf, readPreviewables } from "../preview/read-previewables.ts";
import type { Previewable } from "../preview/read-previewables.ts";
import { renderPreviews } from "../preview/render-preview.ts";
import { policyRows } from "#engine/cleanup/task/policy-rows.ts";
import { zoneOffsetOf } from "#engine/cleanup/schedule/zone-offset.ts";
import { UsageError } from "../usage-error.ts";
import type { PreviewFlags } from "./preview-command.ts";

/** Previews policies, prints, and gives the exit code. Throws a `UsageError` where the command was called wrongly. */
export async function runPreview(paths: readonly string[], flags: PreviewFlags, io: CliIo): Promise<number> {
  const format = readFormat(flags.outputFormat);
  if (zoneOffsetOf(flags.timeZone) === undefined)
    throw new UsageError(`--time-zone ${flags.timeZone}: no such zone`);
  const files = openFiles(() => {
    if (io.stdin.isTerminal) throw new UsageError("- stands for standard input, and nothing is piped in");
    return io.stdin.read();
  });
  const { found: given, problems, passedOver } = await readPreviewables(paths, files);
  for (const problem of problems) io.stderr.write(`${visible(problem)}\n`);
  if (passedOver > 0)
    io.stderr.write(`documents that are no policies that can be previewed: ${passedOver}\n`);
  const world = await openWorld(flags, files, io);
  try {
    const previewables = paths.length > 0 ? given : await clusterPolicies(world, problems);
    if (previewables.length === 0) {
      throw new UsageError(
        "no policy that deletes on a schedule, generates or changes existing objects was found",
      );
    }
    const options = { nowMs: io.nowMs(), ownNamespace: flags.operatorNamespace, timeZone: flags.timeZone };
    const previews: Preview[] = [];
    for (const one of previewables) {
      previews.push(
        one.kind === "act"
          ? await previewActing(one.policy, world, options)
          : await previewPolicy(one.task, one.schedule, world, options),
      );
    }
    const { isTerminal, columns } = io.stdout;
    const color = flags.removeColor !== true && io.allowsColor && isTerminal;
    const layout = { color, ...(columns === undefined ? {} : { width: columns }) };
    io.stdout.write(
      format === "text" ? renderPreviews(previews, layout) : renderDocuments([{ previews }], format),
    );
    return problems.length > 0 || previews.some(({ outcome }) => outcome === "cannot run") ? 1 : 0;
  } finally {
    await world.close();
  }
}

function openWorld(
  flags: PreviewFlags,
  files: ReturnType<typeof openFiles>,
  io: CliIo,
): Promise<PreviewWorld> {
  const { resource = [], cluster = false, kubeconfig, context } = flags;
  if (cluster === resource.length > 0) throw new UsageError("give either --cluster or files with -r");
  return cluster
    ? openClusterPreview({ kubeconfig, context }, { env: io.env, nowMs: io.nowMs })
    : openFilePreview(resource, files);
}

const actingKinds: ReadonlySet<string> = new Set([
  "kyverno.io/ClusterPolicy",
  "kyverno.io/Policy",
  "policies.kyverno.io/GeneratingPolicy",
  "policies.kyverno.io/NamespacedGeneratingPolicy",
  "policies.kyverno.io/MutatingPolicy",
  "policies.kyverno.io/NamespacedMutatingPolicy",
]);

/** The policies that the cluster has; where some cannot be read, there is nothing to preview. */
async function clusterPolicies(
  world: PreviewWorld,
  problems: readonly string[],
): Promise<readonly Previewable[]> {
  const types = world.types.filter(
    ({ group, kind, preferred, resource }) =>
      preferred &&
      !resource.includes("/") &&
      (actingKinds.has(`${group}/${kind}`) ||
        policyRows.some((row) => row.group === group && row.kind === kind)),
  );
  const found: Previewable[] = [];
  const failures = await world.each(types, undefined, async (object, { group, version, kind }) => {
    const read = previewablesOf({ ...object, apiVersion: `${group}/${version}`, kind }, found.length);
    if (read?.ok === true) found.push(...read.value);
    await Promise.resolve();
  });
  if (failures.length > 0) throw new UsageError([...problems, ...failures].join("\n"));
  return found;
}

function readFormat(name = "text"): "text" | "json" | "yaml" {
  if (name === "text" || name === "json" || name === "yaml") return name;
  throw new UsageError(`--output-format ${name}: known formats are text, json, yaml`);
}
