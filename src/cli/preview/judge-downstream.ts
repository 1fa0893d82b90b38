import type { ObjectMeta } from "#api/meta/object-meta.ts";
import type { PolicyIdentity } from "#engine/compiled-policy.ts";
import type { DesiredObject } from "#engine/generate/desired-object.ts";
import type { JsonObject } from "#engine/values/json.ts";

import type { Act } from "./acting-policy.ts";
import { compareDesired, withoutSecrets } from "./compare-desired.ts";
import { originOf } from "./downstream-origin.ts";
import type { DownstreamOrigin } from "./downstream-origin.ts";
import type { PreviewedObject } from "./preview.ts";
import type { RuleVerdict } from "./run-generation.ts";
import type { Trigger } from "./walk-triggers.ts";

/** An object that a policy wants, and for which trigger. */
export interface Wanted {
  readonly desired: DesiredObject;
  readonly trigger: Trigger;
}

/** An object that exists. */
export interface FoundObject {
  readonly object: JsonObject;
  readonly meta: ObjectMeta;
  readonly kind: string;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
}

/** What is known of the triggers of a policy when all have been looked at. */
export interface TriggerTable {
  /** By uid: what each rule says of the trigger. */
  readonly verdicts: ReadonlyMap<string, ReadonlyMap<string, RuleVerdict>>;
  readonly texts: ReadonlyMap<string, string>;
  /** False where some could not be read. */
  readonly complete: boolean;
}

/** What would become of an object that is wanted and exists. */
export function judgeDownstream(
  { object, meta, kind, namespace }: FoundObject,
  { desired, trigger }: Wanted,
  identity: PolicyIdentity,
): PreviewedObject | "as it should be" {
  const shown = { kind, namespace, name: meta.name };
  const changes = withoutSecrets(desired.object, compareDesired(object, desired.object));
  if (changes.length === 0) return "as it should be";
  const origin = originOf(meta.labels, identity);
  const isCel = identity.kind === "GeneratingPolicy" || identity.kind === "NamespacedGeneratingPolicy";
  if (isCel) {
    if (origin?.triggerUid !== trigger.meta.uid)
      return { ...shown, action: "keep", reason: `it exists, and was not made for ${trigger.text}` };
  } else if (!desired.synchronize) {
    return { ...shown, action: "keep", reason: `it exists, and rule ${desired.rule} does not synchronize` };
  }
  const taken = origin === undefined ? "taken over from others: " : "";
  const reason = `${taken}rule ${desired.rule} wants it so for ${trigger.text}`;
  return { ...shown, action: "change", reason, changes };
}

type GeneratingAct = Extract<Act, { readonly kind: "generate" | "generateByPolicy" }>;

/** What would become of an object that the policy made and does not want any more; undefined for any other object. */
export function judgeStale(
  { meta, kind, namespace }: FoundObject,
  identity: PolicyIdentity,
  act: GeneratingAct,
  table: TriggerTable,
): PreviewedObject | undefined {
  const origin = originOf(meta.labels, identity);
  if (origin === undefined || meta.deletionTimestamp !== undefined) return undefined;
  const shown = { kind, namespace, name: meta.name };
  const rule = origin.rule ?? identity.name;
  const synchronizes = synchronizesOf(act, rule);
  if (synchronizes === undefined)
    return { ...shown, action: "keep", reason: `the policy has no rule ${rule} any more` };
  const reason = reasonToGo(origin, rule, act, table);
  if (reason.action === "keep") return { ...shown, ...reason };
  return synchronizes
    ? { ...shown, ...reason }
    : { ...shown, action: "keep", reason: `${reason.reason}, and rule ${rule} does not synchronize` };
}

function synchronizesOf(act: GeneratingAct, name: string): boolean | undefined {
  if (act.kind === "generateByPolicy") return act.compiled.synchronize;
  return act.compiled.rules.find(({ rule }) => rule.name === name)?.synchronize;
}

function reasonToGo(
  { triggerUid, triggerText, isCopy }: DownstreamOrigin,
  rule: string,
  act: GeneratingAct,
  { verdicts, texts, complete }: TriggerTable,
): { readonly action: "keep" | "delete"; readonly reason: string } {
  const found = verdicts.get(triggerUid);
  const text = texts.get(triggerUid) ?? triggerText;
  if (found === undefined) {
    return complete
      ? { action: "delete", reason: `its trigger (${text}) is gone, or of no kind that the policy takes` }
      : { action: "keep", reason: "whether its trigger exists cannot be read" };
  }
  const verdict = found.get(rule);
  switch (verdict) {
    case undefined:
    case "left":
      return { action: "delete", reason: `rule ${rule} no longer takes ${text}` };
    case "exempt":
      return { action: "keep", reason: `an exception keeps rule ${rule} from ${text}` };
    case "failed":
      return { action: "keep", reason: `rule ${rule} cannot be evaluated for ${text}` };
    case "source gone":
      return isCopy
        ? { action: "delete", reason: "what it is a copy of is gone" }
        : { action: "keep", reason: `rule ${rule} cannot be evaluated for ${text}` };
    case "applies":
      return act.kind === "generateByPolicy"
        ? { action: "delete", reason: `${text} does not ask for it any more` }
        : { action: "keep", reason: `${text} does not ask for it any more; rules leave what they made` };
    default:
      return verdict satisfies never;
  }
}
