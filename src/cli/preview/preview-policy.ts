import { decodeMeta } from "#api/meta/object-meta.ts";
import type { KubeObject, ObjectMeta } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { Budget, defaultBudgetLimits } from "#engine/budget.ts";
import { planRun } from "#engine/cleanup/plan-run.ts";
import type { PlannedObject } from "#engine/cleanup/plan-run.ts";
import { recreatorOf } from "#engine/cleanup/protection.ts";
import { nextDue, shareOf } from "#engine/cleanup/task/next-due.ts";
import { taskProblems } from "#engine/cleanup/task/cleanup-task.ts";
import type { CleanupTask, SelectionVerdict } from "#engine/cleanup/task/cleanup-task.ts";
import { plannedObject, staysBecause } from "#engine/cleanup/task/selected-object.ts";
import { targetTypesOf } from "#engine/cleanup/task/target-types.ts";
import type { JsonObject } from "#engine/values/json.ts";

import type { Preview, PreviewedObject, PreviewOptions } from "./preview.ts";
import type { PreviewWorld } from "./preview-world.ts";

const maxRounds = 8;

interface Selected extends PlannedObject {
  readonly shown: Omit<PreviewedObject, "action" | "reason">;
  readonly recreator: string | undefined;
}

/** Judges everything that a policy could delete, as its next run would, and changes nothing. */
export async function previewPolicy(
  task: CleanupTask,
  schedule: string,
  world: PreviewWorld,
  options: PreviewOptions,
): Promise<Preview> {
  const problems = taskProblems(task);
  const head = { policy: nameOf(task), schedule, ...nextRunOf(task, options) };
  if (problems.length > 0)
    return { ...head, outcome: "cannot run", notes: problems, scanned: 0, objects: [] };
  const { types, unreachable } = targetTypesOf(task, world.types);
  const notes = [...unreachable, ...(task.schedule.ok ? task.schedule.warnings : [])];
  const selected = new Map<string, Selected>();
  const others: PreviewedObject[] = [];
  let scanned = 0;
  const failures = await world.each(types, task.namespace, async (object, type) => {
    const meta = decodeMeta(object);
    if (meta === undefined) return;
    scanned += 1;
    const shown = { kind: type.kind, namespace: meta.namespace ?? "", name: meta.name };
    const verdict = await judge(task, { object, type, meta }, world, options);
    if (verdict.kind === "kept") return;
    const namespaceMetadata = decodeMeta(world.namespace(shown.namespace));
    const { ownNamespace, nowMs } = options;
    const reason =
      verdict.kind === "failed"
        ? verdict.message
        : staysBecause(task, type, meta, { ownNamespace, nowMs, namespaceMetadata })?.reason;
    if (reason !== undefined)
      others.push({ ...shown, action: verdict.kind === "failed" ? "error" : "keep", reason });
    else selected.set(meta.uid, { ...plannedObject(task, type, meta), shown, recreator: recreatorOf(meta) });
  });
  const plan = planRun(selected, { options: task.options, scanned, confirmed: false });
  return {
    ...head,
    outcome: plan.kind === "held" ? "held" : task.options.audit ? "audits" : "deletes",
    notes: [...(plan.kind === "held" ? plan.limits : []), ...notes, ...world.problems, ...failures],
    scanned,
    objects: [...goingObjects(task, selected, plan), ...others],
  };
}

function goingObjects(
  { options }: CleanupTask,
  selected: ReadonlyMap<string, Selected>,
  plan: ReturnType<typeof planRun<Selected>>,
): readonly PreviewedObject[] {
  return [...selected.values()].map(({ uid, shown, recreator }) => {
    if (plan.kind === "go" && !plan.targets.has(uid)) {
      return { ...shown, action: "keep", reason: "one of the last of its group" };
    }
    const grace = options.graceMs > 0 ? "is marked first" : undefined;
    const back = recreator === undefined ? undefined : `${recreator} will create it again`;
    return {
      ...shown,
      action: "delete",
      reason: [grace, back].filter((part) => part !== undefined).join("; "),
    };
  });
}

async function judge(
  task: CleanupTask,
  {
    object,
    type,
    meta,
  }: { readonly object: KubeObject; readonly type: ResourceType; readonly meta: ObjectMeta },
  world: PreviewWorld,
  { nowMs }: PreviewOptions,
): Promise<Exclude<SelectionVerdict, { kind: "pending" }>> {
  const { group, version, kind } = type;
  const { namespace = "" } = meta;
  const labels = decodeMeta(world.namespace(namespace))?.labels;
  for (let round = 0; round < maxRounds; round += 1) {
    const verdict = task.selection.judge({
      resource: object as unknown as JsonObject,
      gvk: { group, version, kind },
      subresource: "",
      operation: "CREATE",
      namespace,
      ...(labels === undefined ? {} : { namespaceLabels: labels }),
      nowMs,
      seed: 1,
      numbers: "int64",
      budget: new Budget(defaultBudgetLimits),
      context: world.context,
    });
    if (verdict.kind !== "pending") return verdict;
    await world.load({ scope: task.scope, requests: verdict.requests, selectors: [], sources: [] });
  }
  return { kind: "failed", message: `external data was asked for in ${maxRounds} rounds without end` };
}

function nameOf({ kind, namespace, name }: CleanupTask): string {
  return `${kind}/${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

function nextRunOf(task: CleanupTask, { nowMs, timeZone }: PreviewOptions): { readonly nextRun?: string } {
  if (!task.schedule.ok) return {};
  const due = nextDue({
    schedule: task.schedule.schedule,
    options: task.options,
    referenceMs: nowMs,
    nowMs,
    defaultZone: timeZone,
    share: shareOf(task.uid),
  });
  return due === undefined ? {} : { nextRun: new Date(due.startMs).toISOString().replace(".000Z", "Z") };
}
