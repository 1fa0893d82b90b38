import type { BrokerScope } from "#api/broker/broker-request.ts";
import type { TriggerRule } from "#controllers/triggers/trigger-rule.ts";
import type { CompiledGenerations } from "#engine/generate/compiled-generations.ts";
import type { CompiledGeneratingPolicy } from "#engine/generating-policy/compile-generating-policy.ts";
import type { ResultPolicy } from "#reports/build-results.ts";

/** The policy that a task is of, as Events and metrics speak of it. */
export interface TaskOwner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
  /** `ClusterPolicy/name` or `Policy/namespace/name`. */
  readonly key: string;
}

/** What is kept of a task for the process that comes after this one. */
export interface TaskTraits {
  /** What was made is kept as it should be, and removed with its reasons. */
  readonly synchronize: boolean;
  /** What was made stays where policy or rule go. */
  readonly survives: boolean;
  /** Changes where what is made has another identity: what was made before is let go. */
  readonly identity: string;
  /** Changes where what is made has another content. */
  readonly body: string;
}

interface Task extends TriggerRule {
  readonly owner: TaskOwner;
  readonly traits: TaskTraits;
  readonly reporting: ResultPolicy;
  /** Under whose authority sources are read and objects are written. */
  readonly scope: BrokerScope;
  /** False for a policy that is kept out of reports. */
  readonly reported: boolean;
  /** It is for requests only whose user is known; what is watched never triggers it. */
  readonly needsUser: boolean;
  /** A deleted trigger makes objects rather than removing them. */
  readonly generatesOnDelete: boolean;
}

/** A generate rule. */
export interface RuleTask extends Task {
  readonly kind: "rule";
  readonly compiled: CompiledGenerations;
  /** All of its content stands in the rule, so that an edit of the rule is an edit of what it made. */
  readonly isData: boolean;
}

/** A GeneratingPolicy. */
export interface PolicyTask extends Task {
  readonly kind: "policy";
  readonly compiled: CompiledGeneratingPolicy;
}

/** Something that makes objects when it is triggered. */
export type GenerateTask = RuleTask | PolicyTask;
