import { decodeMeta } from "#api/meta/object-meta.ts";
import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { celSubjectOf } from "#engine/cel-policy/cel-subject.ts";
import { MatchError } from "#engine/cel-policy/match-constraints.ts";
import type { EvaluationInput } from "#engine/input.ts";
import type { CompiledMutations } from "#engine/mutate/compiled-mutations.ts";
import { mutate } from "#engine/mutate/mutate.ts";
import type { CompiledMutatingPolicy } from "#engine/mutating-policy/compile-mutating-policy.ts";
import { mutateTarget, targetsOfTrigger } from "#engine/mutating-policy/mutate-existing.ts";
import type { ListedTargets } from "#engine/mutating-policy/mutate-existing.ts";
import { isObject, own } from "#engine/values/json.ts";
import type { JsonObject } from "#engine/values/json.ts";

import { explainChanges } from "../explain/explain-changes.ts";
import { decodeResource } from "../resources/scan-resource.ts";
import type { Act, ActingPolicy } from "./acting-policy.ts";
import { withoutSecrets } from "./compare-desired.ts";
import { previewInput, scopeOf, settle } from "./preview-input.ts";
import type { PreviewSubject } from "./preview-input.ts";
import type { PreviewWorld } from "./preview-world.ts";
import type { Preview, PreviewedObject, PreviewOptions } from "./preview.ts";
import { walkTriggers } from "./walk-triggers.ts";
import type { Trigger } from "./walk-triggers.ts";

type MutatingAct = Extract<Act, { readonly kind: "mutateExisting" | "mutateByPolicy" }>;

/** Says which existing objects a policy would change, if each of its triggers was looked at now. */
export async function previewMutation(
  policy: ActingPolicy,
  act: MutatingAct,
  world: PreviewWorld,
  options: PreviewOptions,
): Promise<Preview> {
  const rows = new ChangedObjects();
  const { count, notes } =
    act.kind === "mutateByPolicy" && act.compiled.existing?.kind === "listed"
      ? await changeListed(act.compiled, act.compiled.existing, rows, world, options)
      : await walkTriggers(policy, world, (trigger) =>
          act.kind === "mutateExisting"
            ? changeByRules(act.compiled, trigger, rows, world, options)
            : changeAsked(act.compiled, trigger, rows, world, options),
        );
  return {
    policy: `${policy.identity.kind}/${policy.identity.key}`,
    outcome: "acts",
    notes: [...policy.notes, ...world.problems, ...notes],
    scanned: count,
    objects: rows.objects,
  };
}

/** What was found; several triggers that change an object alike are one row. */
class ChangedObjects {
  readonly #rows = new Map<string, { readonly row: PreviewedObject; more: number }>();

  get objects(): readonly PreviewedObject[] {
    return [...this.#rows.values()].map(({ row, more }) =>
      more === 0 ? row : { ...row, reason: `${row.reason}, and for ${more} more` },
    );
  }

  change(before: JsonObject, after: JsonObject, reason: string): void {
    const changes = withoutSecrets(after, explainChanges(before, after));
    if (changes.length === 0) return;
    this.#put({ ...placeOf(after), action: "change", reason, changes });
  }

  fail({ gvk, namespace, meta }: Trigger, reason: string): void {
    this.#put({ kind: gvk.kind, namespace, name: meta.name, action: "error", reason });
  }

  failTarget(object: JsonObject, reason: string): void {
    this.#put({ ...placeOf(object), action: "error", reason });
  }

  #put(row: PreviewedObject): void {
    const { kind, namespace, name, action, changes = row.reason } = row;
    const key = JSON.stringify([kind, namespace, name, action, changes]);
    const known = this.#rows.get(key);
    if (known === undefined) this.#rows.set(key, { row, more: 0 });
    else known.more += 1;
  }
}

function placeOf(object: JsonObject): Pick<PreviewedObject, "kind" | "namespace" | "name"> {
  const metadata = own(object, "metadata");
  const text = (from: JsonObject, key: string): string => {
    const value = own(from, key);
    return typeof value === "string" ? value : "";
  };
  const read = (key: string): string => (isObject(metadata) ? text(metadata, key) : "");
  return { kind: text(object, "kind"), namespace: read("namespace"), name: read("name") };
}

const endless = "external data was asked for again and again";

/** Each rule that names targets runs alone, as the operator runs it. */
async function changeByRules(
  compiled: CompiledMutations,
  trigger: Trigger,
  rows: ChangedObjects,
  world: PreviewWorld,
  { nowMs }: PreviewOptions,
): Promise<void> {
  const input = previewInput(trigger, world, { nowMs, operation: "UPDATE" });
  for (const { rule, targets } of compiled.rules) {
    if (targets === undefined) continue;
    const result = await settle(
      () => mutate(compiled, input, { targets: world.targets, rule: rule.name }),
      scopeOf(compiled.identity),
      world,
    );
    if (result === undefined) {
      rows.fail(trigger, `rule ${rule.name}: ${endless}`);
      continue;
    }
    for (const { target, object } of result.targets)
      rows.change(target.object, object, `rule ${rule.name} for ${trigger.text}`);
    for (const { status, message } of result.responses) {
      if (status === "error" || status === "fail") rows.fail(trigger, `rule ${rule.name}: ${message}`);
    }
    if (compiled.applyOne && result.responses.some(({ status }) => status === "pass")) return;
  }
}

async function changeAsked(
  compiled: CompiledMutatingPolicy,
  trigger: Trigger,
  rows: ChangedObjects,
  world: PreviewWorld,
  options: PreviewOptions,
): Promise<void> {
  const input = previewInput(trigger, world, { nowMs: options.nowMs, operation: "UPDATE" });
  const asked = await settle(() => targetsOfTrigger(compiled, input), scopeOf(compiled.identity), world);
  if (asked === undefined) return rows.fail(trigger, endless);
  if (asked.kind === "response" && asked.response.status === "error")
    return rows.fail(trigger, asked.response.message);
  if (asked.kind !== "objects") return;
  for (const object of asked.objects) {
    const decoded = decodeResource(object, world.isClusterScoped);
    if (decoded.ok)
      await changeOne(compiled, decoded.resource, rows, world, options, { input, text: trigger.text });
    else rows.fail(trigger, `a target is ${decoded.message}`);
  }
}

async function changeOne(
  compiled: CompiledMutatingPolicy,
  target: PreviewSubject,
  rows: ChangedObjects,
  world: PreviewWorld,
  { nowMs }: PreviewOptions,
  trigger?: { readonly input: EvaluationInput; readonly text: string },
): Promise<void> {
  const input = previewInput(target, world, { nowMs, operation: "UPDATE" });
  const result = await settle(
    () => mutateTarget(compiled, input, trigger?.input),
    scopeOf(compiled.identity),
    world,
  );
  if (result === undefined) return rows.failTarget(target.object, endless);
  const reason = trigger === undefined ? "the policy selects it" : `for ${trigger.text}`;
  if (result.responses.some(({ status }) => status === "pass"))
    return rows.change(target.object, result.object, reason);
  const failure = result.responses.find(({ status }) => status === "error");
  if (failure !== undefined) rows.failTarget(target.object, failure.message);
}

async function changeListed(
  compiled: CompiledMutatingPolicy,
  { resources, namespace, takes }: ListedTargets,
  rows: ChangedObjects,
  world: PreviewWorld,
  options: PreviewOptions,
): Promise<{ readonly count: number; readonly notes: readonly string[] }> {
  const types = resources.flatMap(
    ({ group, version, resource }) =>
      world.types.find(
        (type) => type.group === group && type.version === version && type.resource === resource,
      ) ?? [],
  );
  let count = 0;
  const notes = await world.each(types, namespace, async (object, type) => {
    const meta = decodeMeta(object);
    if (meta === undefined || meta.deletionTimestamp !== undefined) return;
    count += 1;
    const target = subjectOf(object, type, meta.namespace);
    if (isTaken(previewInput(target, world, { nowMs: options.nowMs, operation: "UPDATE" }), takes))
      await changeOne(compiled, target, rows, world, options);
  });
  return { count, notes };
}

function subjectOf(object: KubeObject, type: ResourceType, namespace = ""): PreviewSubject {
  const { group, version, kind, resource, namespaced } = type;
  return {
    object: { ...object, apiVersion: apiVersionOf(type), kind } as JsonObject,
    gvk: { group, version, kind, resource },
    namespace: namespaced ? namespace : "",
  };
}

function isTaken(input: EvaluationInput, takes: ListedTargets["takes"]): boolean {
  try {
    return takes(celSubjectOf(input, "none"));
  } catch (error) {
    if (error instanceof MatchError) return false;
    throw error;
  }
}
