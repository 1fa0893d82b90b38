import type { KubeObject } from "#api/meta/object-meta.ts";
import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { TriggerEntry } from "./trigger-entry.ts";
import type { TriggerPlace } from "./trigger-feed.ts";
import type { TriggerRule } from "./trigger-rule.ts";

/** An entry for a rule and a trigger; what is not said is as for a change that was watched. */
export function entryFor(
  rule: TriggerRule,
  place: TriggerPlace,
  more: Pick<TriggerEntry<TriggerRule>, "cause" | "operation"> & Partial<TriggerEntry<TriggerRule>>,
): TriggerEntry<TriggerRule> {
  return {
    rule,
    place,
    subresource: "",
    isKnownByNameOnly: false,
    wantsRemoval: false,
    isRetried: true,
    held: [],
    answers: [],
    ...more,
  };
}

/** Existing objects and visits have no operation of their own: the first that the rule can match. */
export function assumedOperation(rule: TriggerRule, cause: "existing" | "revisit"): "CREATE" | "UPDATE" {
  const order = ["CREATE", "UPDATE"] as const;
  const [first, second] = cause === "existing" ? order : ([order[1], order[0]] as const);
  return rule.operations.has(first) || !rule.operations.has(second) ? first : second;
}

/** Stands for an object of which nothing but its identity is known. */
export function nameOnly({ type, namespace, name, uid }: TriggerPlace): KubeObject {
  return {
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    metadata: { name, uid, resourceVersion: "", ...(namespace === "" ? {} : { namespace }) },
  };
}
