import type { AdmitsObject } from "../compile/admission-conditions.ts";
import type { PolicyIdentity, PolicyProblem } from "../compiled-policy.ts";
import type { CompiledEntry } from "../context/context-entry.ts";
import type { QueryCache } from "../context/query-cache.ts";
import type { CompiledRule, ConditionsTest } from "../validate/compiled-rule.ts";
import type { PatternRenderer } from "./generation-pattern.ts";

/** One entry of a generate foreach, compiled. */
export interface CompiledForEachGeneration {
  readonly list: string;
  readonly context: readonly CompiledEntry[];
  readonly preconditions: ConditionsTest | undefined;
  readonly pattern: PatternRenderer;
}

/** What a rule makes. */
export type GenerationBody =
  | { readonly kind: "pattern"; readonly pattern: PatternRenderer }
  | { readonly kind: "foreach"; readonly entries: readonly CompiledForEachGeneration[] };

/** One rule that generates, compiled. */
export interface CompiledGeneration {
  /** Match, context, preconditions; its body answers only where the rule cannot be carried out. */
  readonly rule: CompiledRule;
  /** Undefined where the rule cannot be carried out. */
  readonly body: GenerationBody | undefined;
  readonly synchronize: boolean;
  /** True where a deleted trigger generates: a filter of `match` lists the operation. */
  readonly generatesOnDelete: boolean;
}

/** The generate rules of a policy, compiled. It holds nothing of the cluster and may be kept as long as its content. */
export interface CompiledGenerations {
  readonly identity: PolicyIdentity;
  /** Present where only some objects are for the policy at all. */
  readonly admits?: AdmitsObject;
  readonly problems: readonly PolicyProblem[];
  readonly rules: readonly CompiledGeneration[];
  /** Stop at the first rule with a verdict other than skip. */
  readonly applyOne: boolean;
  readonly queries: QueryCache;
}
