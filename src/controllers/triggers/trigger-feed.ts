import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { ObjectKey } from "#kube/client/kube-client.ts";
import type { TriggerAnswer, TriggerEvent, TriggerOutcome, TriggerRequest } from "./trigger-event.ts";
import type { TriggerRule } from "./trigger-rule.ts";

/**
 * Handles one trigger for one rule. It may run again at any time, and never twice at once for the same rule and trigger;
 * `signal` aborts when the process stops.
 */
export type TriggerHandler<Rule extends TriggerRule> = (
  rule: Rule,
  event: TriggerEvent,
  signal: AbortSignal,
) => Promise<TriggerOutcome>;

/** What is told of work on triggers, for metrics, events and conditions. */
export interface TriggerObserver<Rule extends TriggerRule> {
  handled(rule: Rule, event: TriggerEvent, outcome: TriggerOutcome, durationMs: number): void;
  /** It threw, and is tried again. */
  failed(rule: Rule, trigger: TriggerPlace, error: unknown, failuresInRow: number): void;
  /** The kinds of a rule that cannot be watched now, with reasons; none: all can. */
  blocked(rule: Rule, kinds: readonly { readonly type: ResourceType; readonly reason: string }[]): void;
  /** All existing triggers were taken. */
  existingTaken(rule: Rule): void;
}

/** Where a trigger stands. */
export interface TriggerPlace {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** One controller that works on triggers. */
export interface TriggerConsumerOptions<Rule extends TriggerRule> {
  /** Told apart in metrics and in the checkpoint. */
  readonly name: string;
  readonly handle: TriggerHandler<Rule>;
  readonly observer: TriggerObserver<Rule>;
  /** Triggers that are handled at once. */
  readonly workers: number;
  /** What the next process is to be told, as JSON; asked for each checkpoint. It must be small: it is stored whole. */
  readonly notes?: () => unknown;
}

/** What a consumer asks of the feed. */
export interface TriggerConsumer<Rule extends TriggerRule> {
  /** What the process before this one noted; undefined where there was none. Foreign text: it may have been edited. */
  readonly previousNotes: unknown;
  /**
   * All rules of this consumer from now on. Rules that are gone take their waiting work with them; what they made is the
   * consumer's to remove. Call it once all policies are known, and after each change.
   */
  setRules(rules: readonly Rule[]): void;
  /** Asks a rule about triggers again: those with these uids, or all that it may take. The triggers are read in pages. */
  revisit(ruleKey: string, uids: ReadonlySet<string> | "all"): void;
  /** Work that others ask for. Resolves when it was handled once: whoever asked decides about trying again. */
  submit(request: TriggerRequest): Promise<TriggerAnswer>;
  /** What waits for this subject is tried again now. */
  wake(subject: string): void;
  readings(): { readonly ready: number; readonly delayed: number; readonly inWork: number };
}

/** Namespaces, known by a watch of their metadata. */
export interface TriggerNamespaces {
  /** Undefined where it does not exist. */
  labelsOf(name: string): Readonly<Record<string, string>> | undefined;
  isTerminating(name: string): boolean;
}

/**
 * Remembers what this process writes, so that its changes are told from those of others. Every write to an object that
 * might be a trigger or a downstream goes through `run`.
 */
export interface OwnWrites {
  /** Runs a write of the object and remembers the version that it made. */
  run<T extends KubeObject | undefined>(
    type: ResourceType,
    key: ObjectKey,
    write: () => Promise<T>,
  ): Promise<T>;
  /** True where this version of the object is of our making; a write under way is awaited first. */
  isOwn(type: ResourceType, object: KubeObject): boolean | Promise<boolean>;
}

/** The one place that watches triggers, for all controllers of this process that work on them. */
export interface TriggerFeed {
  attach<Rule extends TriggerRule>(options: TriggerConsumerOptions<Rule>): TriggerConsumer<Rule>;
  readonly namespaces: TriggerNamespaces;
  readonly ownWrites: OwnWrites;
  /** True once the first list of the kind is complete, so that a uid that is not known does not exist. */
  isKnown(type: ResourceType): boolean;
  /** Where the trigger with this uid stands; undefined where none is known of such a kind. */
  find(type: ResourceType, uid: string): TriggerPlace | undefined;
  /** Discovery changed. */
  typesChanged(): void;
  /** The notes of a consumer changed: the checkpoint is written soon. */
  noted(): void;
  /** Writes the checkpoint and ends watches and work. */
  stop(): Promise<void>;
}
