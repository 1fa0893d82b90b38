import type { CliIo } from "../cli-io.ts";
import { openFiles } from "../documents/read-documents.ts";
import { visible } from "../output/columns.ts";
import { renderDocuments } from "../output/render-documents.ts";
import { previewPolicy } from "../preview/preview-policy.ts";
import type { Preview } from "../preview/preview-policy.ts";
import { openClusterPreview, openFilePreview } from "../preview/preview-world.ts";
import type { PreviewWorld } from "../preview/preview-world.ts";
import { readTasks, taskOf } from "../preview/read-tasks.ts";
import type { PreviewTask } from "../preview/read-tasks.ts";
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
  const { tasks: given, problems, passedOver } = await readTasks(paths, files);
  for (const problem of problems) io.stderr.write(`${visible(problem)}\n`);
  if (passedOver > 0) io.stderr.write(`documents that are no policies that delete: ${passedOver}\n`);
  const world = await openWorld(flags, files, io);
  try {
    const tasks = paths.length > 0 ? given : await clusterTasks(world, problems);
    if (tasks.length === 0) throw new UsageError("no policy that deletes on a schedule was found");
    const options = { nowMs: io.nowMs(), ownNamespace: flags.operatorNamespace, timeZone: flags.timeZone };
    const previews: Preview[] = [];
    for (const { task, schedule } of tasks)
      previews.push(await previewPolicy(task, schedule, world, options));
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

/** The policies that the cluster has; those that cannot be read are problems. */
async function clusterTasks(
  world: PreviewWorld,
  problems: readonly string[],
): Promise<readonly PreviewTask[]> {
  const types = world.types.filter(
    ({ group, kind, preferred }) =>
      preferred && policyRows.some((row) => row.group === group && row.kind === kind),
  );
  const tasks: PreviewTask[] = [];
  const failures = await world.each(types, undefined, async (object, { group, version, kind }) => {
    const prepared = taskOf({ ...object, apiVersion: `${group}/${version}`, kind }, tasks.length);
    if (prepared?.ok === true) tasks.push(prepared.value);
    await Promise.resolve();
  });
  if (failures.length > 0) throw new UsageError([...problems, ...failures].join("\n"));
  return tasks;
}

function readFormat(name = "text"): "text" | "json" | "yaml" {
  if (name === "text" || name === "json" || name === "yaml") return name;
  throw new UsageError(`--output-format ${name}: known formats are text, json, yaml`);
}
