import type { KubeObject } from "#api/meta/object-meta.ts";
import type { Operation, RequestUser } from "#engine/input.ts";
import type { TriggerAnswer, TriggerCause } from "./trigger-event.ts";
import type { TriggerPlace } from "./trigger-feed.ts";
import type { TriggerRule } from "./trigger-rule.ts";

/** Something that ends when an entry is worked off: a place in a checkpoint, a pass over existing objects. */
export interface Held {
  release(): void;
}

/** What waits to be handled for one rule and one trigger. */
export interface TriggerEntry<Rule extends TriggerRule> {
  readonly rule: Rule;
  readonly place: TriggerPlace;
  readonly cause: TriggerCause;
  readonly operation: Operation;
  readonly subresource: string;
  /** Absent: it is read when its turn comes. */
  readonly object?: KubeObject;
  readonly isKnownByNameOnly: boolean;
  readonly oldObject?: KubeObject;
  readonly user?: RequestUser;
  readonly wantsRemoval: boolean;
  /** False for what only others asked for: they ask again. */
  readonly isRetried: boolean;
  readonly held: readonly Held[];
  readonly answers: readonly ((answer: TriggerAnswer) => void)[];
}

/**
 * What two changes of one trigger come to. The later state counts; a creation that was not handled stays one, where the
 * rule can match creations, and the oldest old object stays with it. A deletion outranks everything before it.
 */
export function mergeEntries<Rule extends TriggerRule>(
  before: TriggerEntry<Rule>,
  after: TriggerEntry<Rule>,
): TriggerEntry<Rule> {
  const held = [...before.held, ...after.held];
  const answers = [...before.answers, ...after.answers];
  const isRetried = before.isRetried || after.isRetried;
  const user = after.user ?? before.user;
  const wantsRemoval = after.wantsRemoval || before.wantsRemoval;
  const shared = {
    held,
    answers,
    isRetried,
    wantsRemoval,
    ...(user === undefined ? {} : { user }),
  };
  if (before.operation === "DELETE" && after.operation !== "DELETE") return { ...before, ...shared };
  if (after.operation === "DELETE") return { ...after, ...shared };
  const isCreation = before.operation === "CREATE" && after.rule.operations.has("CREATE");
  const oldObject = before.oldObject ?? after.oldObject;
  // A change tells more than a visit.
  const base = after.cause === "revisit" && before.cause !== "revisit" ? before : after;
  const object = after.object ?? (after.cause === "revisit" ? before.object : undefined);
  const { object: _object, oldObject: _oldObject, ...rest } = base;
  return {
    ...rest,
    rule: after.rule,
    operation: isCreation ? "CREATE" : base.operation,
    ...(object === undefined ? {} : { object }),
    ...(oldObject === undefined ? {} : { oldObject }),
    ...shared,
  };
}

/** The entry as it waits after a failure: without the object, which is read again, and without those who asked once. */
export function forRetry<Rule extends TriggerRule>(entry: TriggerEntry<Rule>): TriggerEntry<Rule> {
  const { object, ...rest } = entry;
  const keepsObject = entry.operation === "DELETE" || entry.subresource !== "";
  return {
    ...rest,
    ...(keepsObject && object !== undefined ? { object } : {}),
    held: [],
    answers: [],
  };
}
