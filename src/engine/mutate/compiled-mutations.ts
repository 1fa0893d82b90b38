import type { AdmitsObject } from "../compile/admission-conditions.ts";
import type { PolicyIdentity, PolicyProblem } from "../compiled-policy.ts";
import type { QueryCache } from "../context/query-cache.ts";
import type { CompiledRule } from "../validate/compiled-rule.ts";
import type { CompiledTarget } from "./mutation-target.ts";
import type { MutationBody } from "./mutation-body.ts";

/** One rule that mutates, compiled. */
export interface CompiledMutation {
  /** Match, context, preconditions; its body answers only where the rule cannot be carried out. */
  readonly rule: CompiledRule;
  /** Undefined where the rule cannot be carried out. */
  readonly body: MutationBody | undefined;
  /** The existing objects that it changes; undefined for a rule that changes the object itself. */
  readonly targets: readonly CompiledTarget[] | undefined;
}

/** The mutations of a policy, compiled. It holds nothing of the cluster and may be kept as long as its content. */
export interface CompiledMutations {
  readonly identity: PolicyIdentity;
  /** Present where only some objects are for the policy at all. */
  readonly admits?: AdmitsObject;
  readonly problems: readonly PolicyProblem[];
  /** In the order in which they are carried out: declared rules, then those generated for pod controllers. */
  readonly rules: readonly CompiledMutation[];
  /** Stop at the first rule that was carried out. */
  readonly applyOne: boolean;
  readonly queries: QueryCache;
}
