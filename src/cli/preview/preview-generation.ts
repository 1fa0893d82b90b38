import { decodeMeta } from "#api/meta/object-meta.ts";
import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { DesiredObject } from "#engine/generate/desired-object.ts";
import type { JsonObject } from "#engine/values/json.ts";

import type { Act, ActingPolicy } from "./acting-policy.ts";
import { judgeDownstream, judgeStale } from "./judge-downstream.ts";
import type { TriggerTable, Wanted } from "./judge-downstream.ts";
import { previewInput } from "./preview-input.ts";
import type { PreviewWorld } from "./preview-world.ts";
import type { Preview, PreviewedObject, PreviewOptions } from "./preview.ts";
import { runGeneratingPolicy, runGenerations } from "./run-generation.ts";
import type { RuleVerdict } from "./run-generation.ts";
import { walkTriggers } from "./walk-triggers.ts";
import type { Trigger } from "./walk-triggers.ts";

type GeneratingAct = Extract<Act, { readonly kind: "generate" | "generateByPolicy" }>;

/** Says what a policy that generates would create, change and delete, if each of its triggers was looked at now. */
export async function previewGeneration(
  policy: ActingPolicy,
  act: GeneratingAct,
  world: PreviewWorld,
  { nowMs }: PreviewOptions,
): Promise<Preview> {
  const wanted = new Map<string, Wanted>();
  const verdicts = new Map<string, ReadonlyMap<string, RuleVerdict>>();
  const texts = new Map<string, string>();
  const objects: PreviewedObject[] = [];
  const walked = await walkTriggers(policy, world, async (trigger) => {
    const input = previewInput(trigger, world, { nowMs, operation: "CREATE" });
    const made =
      act.kind === "generate"
        ? await runGenerations(act.compiled, input, world)
        : await runGeneratingPolicy(act.compiled, input, world);
    verdicts.set(trigger.meta.uid, made.verdicts);
    texts.set(trigger.meta.uid, trigger.text);
    for (const desired of made.objects) wanted.set(keyOf(desired), { desired, trigger });
    for (const message of made.errors) objects.push(failureOf(trigger, message));
  });
  const table = { verdicts, texts, complete: walked.complete };
  const { notes, unchanged, ...found } = await compareDownstreams(policy, act, wanted, table, world);
  objects.push(...found.objects);
  const deletions = objects.filter(({ action }) => action === "delete").length;
  return {
    policy: `${policy.identity.kind}/${policy.identity.key}`,
    outcome: "acts",
    notes: [
      ...policy.notes,
      ...world.problems,
      ...walked.notes,
      ...notes,
      ...(unchanged === 0 ? [] : [`objects that are as they should be: ${unchanged}`]),
      ...limitNote(deletions, deletions + unchanged + objects.length),
    ],
    scanned: walked.count,
    objects,
  };
}

const freeDeletions = 100;
const freeShare = 0.2;

/** Deletions that no one asked for by deleting something are held where there are many. */
function limitNote(deletions: number, downstreams: number): readonly string[] {
  if (deletions <= Math.max(freeDeletions, downstreams * freeShare)) return [];
  return [`${deletions} deletions at once are more than the operator makes without being told to`];
}

function keyOf({ target: { apiVersion, kind, namespace, name } }: DesiredObject): string {
  return JSON.stringify([apiVersion.split("/").slice(0, -1).join("/"), kind, namespace, name]);
}

function failureOf({ gvk, namespace, meta }: Trigger, reason: string): PreviewedObject {
  return { kind: gvk.kind, namespace, name: meta.name, action: "error", reason };
}

interface Compared {
  readonly objects: readonly PreviewedObject[];
  readonly notes: readonly string[];
  readonly unchanged: number;
}

/** Holds what is wanted against what there is; each kind is listed once. */
async function compareDownstreams(
  policy: ActingPolicy,
  act: GeneratingAct,
  wanted: ReadonlyMap<string, Wanted>,
  table: TriggerTable,
  world: PreviewWorld,
): Promise<Compared> {
  const left = new Map(wanted);
  const objects: PreviewedObject[] = [];
  const notes: string[] = [];
  const unread = new Set<string>();
  let unchanged = 0;
  for (const type of downstreamTypes(policy, wanted, world)) {
    const failures = await world.each([type], policy.identity.namespace, (object) => {
      const meta = decodeMeta(object);
      if (meta === undefined) return Promise.resolve();
      const { group, kind, namespaced } = type;
      const namespace = namespaced ? (meta.namespace ?? "") : "";
      const key = JSON.stringify([group, kind, namespace, meta.name]);
      const found = { object: object as unknown as JsonObject, meta, kind, namespace };
      const want = left.get(key);
      left.delete(key);
      const judged =
        want === undefined
          ? judgeStale(found, policy.identity, act, table)
          : judgeDownstream(found, want, policy.identity);
      if (judged === "as it should be") unchanged += 1;
      else if (judged !== undefined) objects.push(judged);
      return Promise.resolve();
    });
    notes.push(...failures);
    if (failures.length > 0) unread.add(`${type.group}/${type.kind}`);
  }
  for (const want of left.values()) objects.push(absentObject(want, unread, world));
  return { objects, notes, unchanged };
}

/** The kinds of what is wanted, and those that the policy names: what it made before may be of them. */
function downstreamTypes(
  { texts }: ActingPolicy,
  wanted: ReadonlyMap<string, Wanted>,
  { types }: PreviewWorld,
): readonly ResourceType[] {
  const versions = new Set(
    [...wanted.values()].map(({ desired: { target } }) => `${target.apiVersion}/${target.kind}`),
  );
  const words = new Set(texts.match(/[A-Za-z][A-Za-z0-9]*/g) ?? []);
  const chosen = types.filter((type) => {
    if (type.resource.includes("/") || !type.verbs.includes("list")) return false;
    if (versions.has(`${apiVersionOf(type)}/${type.kind}`)) return true;
    return type.preferred && (words.has(type.kind) || words.has(type.resource));
  });
  // One version of a kind is enough, and the one that is written is the one to compare.
  const families = Map.groupBy(chosen, ({ group, kind }) => `${group}/${kind}`);
  return [...families.values()].flatMap(
    (family) => family.find((type) => versions.has(`${apiVersionOf(type)}/${type.kind}`)) ?? family[0] ?? [],
  );
}

function absentObject(
  { desired: { target, rule }, trigger }: Wanted,
  unread: ReadonlySet<string>,
  { live, types, namespace }: PreviewWorld,
): PreviewedObject {
  const { kind, namespace: place, name, apiVersion } = target;
  const shown = { kind, namespace: place, name };
  const group = apiVersion.split("/").slice(0, -1).join("/");
  if (unread.has(`${group}/${kind}`)) {
    return { ...shown, action: "error", reason: "whether it exists cannot be read" };
  }
  const isServed = types.some((type) => apiVersionOf(type) === apiVersion && type.kind === kind);
  if (live && !isServed) {
    return { ...shown, action: "error", reason: `the cluster does not serve ${apiVersion} ${kind}` };
  }
  const waits = live && place !== "" && namespace(place) === undefined;
  const reason = waits ? `when the namespace ${place} exists: ` : "";
  return { ...shown, action: "create", reason: `${reason}rule ${rule} wants it for ${trigger.text}` };
}
