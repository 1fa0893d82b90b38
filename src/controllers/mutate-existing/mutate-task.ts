import type { BrokerScope } from "#api/broker/broker-request.ts";
import type { TriggerRule } from "#controllers/triggers/trigger-rule.ts";
import type { Operation } from "#engine/input.ts";
import type { CompiledMutations } from "#engine/mutate/compiled-mutations.ts";
import type { CompiledMutatingPolicy } from "#engine/mutating-policy/compile-mutating-policy.ts";
import type { ExistingTargets } from "#engine/mutating-policy/existing-targets.ts";
import type { ResultPolicy } from "#reports/build-results.ts";

/** The policy that a task is of, as Events, conditions and metrics speak of it. */
export interface TaskOwner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
  /** `ClusterPolicy/name` or `Policy/namespace/name`. */
  readonly key: string;
}

interface Task extends TriggerRule {
  readonly owner: TaskOwner;
  readonly reporting: ResultPolicy;
  /** Under whose authority targets are read and written. */
  readonly scope: BrokerScope;
  /** False for a policy that is kept out of reports. */
  readonly reported: boolean;
  /** It is for requests only whose user is known; what is watched never triggers it. */
  readonly needsUser: boolean;
}

/** A target as it is declared, its variables unresolved. */
export interface DeclaredTarget {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** A rule with `mutate.targets`. */
export interface RuleTask extends Task {
  readonly kind: "rule";
  readonly declaredTargets: readonly DeclaredTarget[];
  readonly compiled: CompiledMutations;
}

/** A MutatingPolicy with `mutateExisting`. */
export interface PolicyTask extends Task {
  readonly kind: "policy";
  readonly compiled: CompiledMutatingPolicy;
  /** What existing triggers are told as. */
  readonly existingOperation: Operation;
  readonly existing: ExistingTargets;
}

/** Something that changes existing objects when it is triggered. */
export type MutateTask = RuleTask | PolicyTask;

/** True for a policy whose targets do not depend on a trigger: it holds for all of them, all the time. */
export function isStanding(task: MutateTask): task is PolicyTask {
  return task.kind === "policy" && task.existing.kind === "listed";
}
