import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Operation, RequestUser } from "#engine/input.ts";

/** Why a rule is asked about a trigger. */
export type TriggerCause =
  /** A change was watched. */
  | "watch"
  /** The rule takes objects that exist, and this is one. */
  | "existing"
  /** Somebody else asks for it: an UpdateRequest. */
  | "request"
  /** Something happened while nobody watched; what exactly is a guess from versions and times. */
  | "recovered"
  /** Nothing happened to the trigger: what was made for it, or what that depends on, is not what it was. */
  | "revisit";

/** One trigger for one rule. Several changes that come before it is handled are one. */
export interface TriggerEvent {
  readonly cause: TriggerCause;
  readonly operation: Operation;
  readonly type: ResourceType;
  /** Empty for whole objects; only requests of others have another. */
  readonly subresource: string;
  /** Empty for a cluster-scoped trigger. */
  readonly namespace: string;
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  /**
   * The trigger as it is now; for a DELETE its last state. Where `isKnownByNameOnly` is true there is nothing but its
   * identity, because nobody saw its last state.
   */
  readonly object: KubeObject;
  readonly isKnownByNameOnly: boolean;
  /** The state before an update, for rules that name it, where it is known. */
  readonly oldObject?: KubeObject;
  /** What the handler said last of this rule and trigger; undefined where it was not asked since the process began. */
  readonly appliedBefore: boolean | undefined;
  /** Who made the request; only where others told. */
  readonly user?: RequestUser;
  /** True where others ask that what was made for the trigger is removed. */
  readonly wantsRemoval: boolean;
}

/** What handling came to. A throw is a failure like `retry`, classified by status. */
export type TriggerOutcome =
  /** Finished. `applied`: the rule is for the trigger, so that it can stop to be. */
  | { readonly kind: "done"; readonly applied: boolean }
  /** It failed and is tried again, with growing delays, for as long as rule and trigger exist. */
  | { readonly kind: "retry"; readonly message: string; readonly atLeastMs?: number }
  /** It cannot be done before something comes: tried again when `wake` names it, and from time to time all the same. */
  | { readonly kind: "waits"; readonly subject: string; readonly message: string };

/** What a namespace is called as the subject of a wait. */
export function namespaceSubject(name: string): string {
  return `namespace ${name}`;
}

/** What a kind that is not served yet is called as the subject of a wait. */
export function kindSubject(apiVersion: string, kind: string): string {
  return `kind ${apiVersion}/${kind}`;
}

/** Tries to find out which trigger others mean. */
export interface RequestedTrigger {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  /** Either is enough; with both the uid decides. */
  readonly name: string;
  readonly uid?: string;
}

/** Work that others ask for, as an UpdateRequest does. */
export interface TriggerRequest {
  readonly ruleKey: string;
  readonly trigger: RequestedTrigger;
  readonly operation?: Operation;
  readonly subresource?: string;
  readonly user?: RequestUser;
  /** The object of the request, for triggers that do not exist (CONNECT, subresources, DELETE). */
  readonly object?: KubeObject;
  readonly oldObject?: KubeObject;
  readonly wantsRemoval?: boolean;
}

/** What became of a request. */
export type TriggerAnswer =
  | TriggerOutcome
  /** No such rule: nothing is done, and nothing ever will be. */
  | { readonly kind: "unknown-rule" }
  /** There is no such object. */
  | { readonly kind: "no-trigger"; readonly message: string };
