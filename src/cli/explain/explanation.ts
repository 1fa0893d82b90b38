import type { RuleStatus, RuleType } from "#engine/response.ts";
import type { Json } from "#engine/values/json.ts";

/** Why one object has its verdicts. Values are capped, so that an explanation stays readable. */
export interface Explanation {
  readonly resource: ExplainedResource;
  readonly rules: readonly RuleExplanation[];
}

/** The object, and where it was read. */
export interface ExplainedResource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** `file:line`; absent for an object of a cluster. */
  readonly place?: string;
}

/** One rule of one policy, clause by clause. */
export interface RuleExplanation {
  readonly policy: string;
  readonly rule: string;
  readonly type: RuleType;
  /** `none`: the rule does not apply. */
  readonly verdict: RuleStatus | "none";
  /** As results have it; empty where the rule does not apply. */
  readonly message: string;
  /** Something that decided before any clause was looked at. */
  readonly note?: string;
  readonly match?: FilterBlockExplanation;
  readonly exclude?: FilterBlockExplanation;
  readonly exceptions?: readonly ExceptionExplanation[];
  readonly preconditions?: ConditionsExplanation;
  /** Conditions that are CEL expressions, where they stand apart from what is checked. */
  readonly conditions?: CelExplanation;
  readonly check?: CheckExplanation;
}

/** `match` or `exclude`. */
export interface FilterBlockExplanation {
  readonly holds: boolean;
  readonly quantifier: "any" | "all";
  readonly filters: readonly FilterExplanation[];
}

export interface FilterExplanation {
  /** `match.any[0]`. */
  readonly path: string;
  readonly holds: boolean;
  readonly criteria: readonly CriterionExplanation[];
  /** Why it does not hold although no criterion refuses. */
  readonly note?: string;
}

/** One criterion of a filter; all of them must hold. */
export interface CriterionExplanation {
  /** `kinds`, `selector`, … */
  readonly name: string;
  readonly holds: boolean;
  readonly wanted: Json;
  readonly found: Json;
  /** Why what was found may not be all. */
  readonly note?: string;
}

export interface ExceptionExplanation {
  /** `namespace/name`. */
  readonly exception: string;
  readonly covers: boolean;
  /** Pod security controls that it leaves out; empty where it is for the whole rule. */
  readonly controls: readonly string[];
}

/** Preconditions, or conditions of `deny`. */
export interface ConditionsExplanation {
  /** Absent where they cannot be evaluated. */
  readonly holds?: boolean;
  readonly error?: string;
  readonly conditions: readonly ConditionExplanation[];
}

/** One condition with both sides as they are written and as they are evaluated. */
export interface ConditionExplanation {
  /** `preconditions.all[0]`. */
  readonly path: string;
  readonly operator: string;
  readonly key: Json;
  readonly value: Json;
  /** Absent where they cannot be evaluated. */
  readonly evaluatedKey?: Json;
  readonly evaluatedValue?: Json;
  /** Absent where it cannot be evaluated. */
  readonly holds?: boolean;
  readonly error?: string;
}

/** What a rule checks or does, and what came of it. */
export type CheckExplanation =
  | PatternExplanation
  | {
      readonly kind: "anyPattern";
      readonly path: string;
      readonly patterns: readonly PatternExplanation[];
      readonly error?: string;
    }
  | { readonly kind: "deny"; readonly path: string; readonly conditions: ConditionsExplanation }
  | { readonly kind: "foreach"; readonly path: string; readonly lists: readonly ListExplanation[] }
  | PodSecurityExplanation
  | CelExplanation
  | { readonly kind: "mutate"; readonly changes: readonly ChangeExplanation[] }
  | { readonly kind: "generate"; readonly objects: readonly string[]; readonly failure?: string }
  /** A check that is judged, and of which nothing more can be told. */
  | { readonly kind: "other"; readonly path: string };

export interface PatternExplanation {
  readonly kind: "pattern";
  /** `validate.pattern`. */
  readonly path: string;
  /** With its variables replaced. */
  readonly pattern: Json;
  readonly result: "pass" | "fail" | "skip" | "error";
  /** What does not match: the place that failed, or those because of which the pattern does not apply. */
  readonly misses: readonly MissExplanation[];
  readonly error?: string;
}

export interface MissExplanation {
  /** Within the object, `spec.containers[0].image`. */
  readonly path: string;
  /** In words, or the pattern's value as JSON. */
  readonly wanted: string;
  /** Absent where nothing is there. */
  readonly found?: Json;
}

/** One entry of a foreach. */
export interface ListExplanation {
  readonly path: string;
  readonly list: string;
  readonly error?: string;
  readonly elements: readonly ElementExplanation[];
  /** How many more there are. */
  readonly left: number;
}

export interface ElementExplanation {
  readonly index: number;
  readonly element: Json;
  /** Why the element is not judged. */
  readonly note?: string;
  readonly preconditions?: ConditionsExplanation;
  readonly check?: CheckExplanation;
}

export interface PodSecurityExplanation {
  readonly kind: "podSecurity";
  readonly path: string;
  readonly level: string;
  readonly version: string;
  /** How many controls were checked. */
  readonly checked: number;
  readonly violations: readonly ControlExplanation[];
  readonly error?: string;
}

/** A control that the pod does not keep to. */
export interface ControlExplanation {
  readonly id: string;
  readonly control: string;
  readonly reason: string;
  readonly fields: readonly string[];
  /** The policy or an exception leaves the control out. */
  readonly excluded?: "policy" | "exception";
}

export interface CelExplanation {
  readonly kind: "cel";
  readonly path: string;
  readonly expressions: readonly ExpressionExplanation[];
}

export interface ExpressionExplanation {
  /** `validate.cel.expressions[0]`. */
  readonly path: string;
  readonly expression: string;
  /** Absent where it cannot be evaluated. */
  readonly value?: Json;
  readonly error?: string;
  /** Its parts with their values, the outer ones first. */
  readonly parts: readonly PartExplanation[];
}

export interface PartExplanation {
  readonly expression: string;
  readonly value?: Json;
  readonly error?: string;
}

export interface ChangeExplanation {
  readonly path: string;
  readonly before?: Json;
  readonly after?: Json;
}
