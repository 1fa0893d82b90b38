import type { Rule } from "#api/kyverno/rule.ts";

import type { AdmitsObject } from "./compile/admission-conditions.ts";
import type { QueryCache } from "./context/query-cache.ts";
import type { Evaluation } from "./evaluation.ts";
import type { EvaluationInput } from "./input.ts";
import type { KindSelection } from "./match/kind-selection.ts";
import type { RuleType } from "./response.ts";
import type { CompiledRule } from "./validate/compiled-rule.ts";

/** The kinds of policies that judge objects. */
export type PolicyKind =
  | "ClusterPolicy"
  | "Policy"
  | "ValidatingPolicy"
  | "NamespacedValidatingPolicy"
  | "ImageValidatingPolicy"
  | "NamespacedImageValidatingPolicy"
  | "MutatingPolicy"
  | "NamespacedMutatingPolicy"
  | "GeneratingPolicy"
  | "NamespacedGeneratingPolicy"
  | "DeletingPolicy"
  | "NamespacedDeletingPolicy"
  | "ValidatingAdmissionPolicy"
  | "MutatingAdmissionPolicy";

/** The report field `source`: which kind of policy a result is of. */
export type PolicySource =
  | "kyverno"
  | "KyvernoValidatingPolicy"
  | "KyvernoImageValidatingPolicy"
  | "KyvernoMutatingPolicy"
  | "KyvernoGeneratingPolicy"
  | "KyvernoDeletingPolicy"
  | "ValidatingAdmissionPolicy"
  | "MutatingAdmissionPolicy";

/** Which policy this is. `key` is how reports, events and exceptions name it. */
export interface PolicyIdentity {
  readonly kind: PolicyKind;
  readonly name: string;
  /** Absent for a policy without a namespace. */
  readonly namespace?: string;
  /** `name`, or `namespace/name`. */
  readonly key: string;
}

/** Something in a policy that cannot be evaluated. Its rule answers with an `error`, other rules work. */
export interface PolicyProblem {
  /** Absent where it concerns the whole policy. */
  readonly rule?: string;
  readonly message: string;
  /** For a feature that does not exist here: its stable name. */
  readonly unsupported?: string;
}

/** What results of a policy carry besides the verdict. */
export interface PolicyReporting {
  readonly source: PolicySource;
  /** False turns `fail` into `warn`. */
  readonly scored: boolean;
  readonly severity?: string;
  readonly category?: string;
  /** The report property `process`. */
  readonly process: "background scan" | "admission review" | "";
}

/** A policy for one set of pod controllers. */
export interface AutogenConfig {
  readonly targets: readonly {
    readonly group: string;
    readonly version: string;
    readonly resource: string;
    readonly kind: string;
  }[];
  readonly spec: object;
}

export interface RuleSummary {
  readonly name: string;
  readonly type: RuleType;
}

/** The counts of `status.rulecount`: declared rules by type. */
export interface RuleCount {
  readonly validate: number;
  readonly mutate: number;
  readonly generate: number;
  readonly verifyimages: number;
}

/** A policy ready to judge objects with. It holds nothing of the cluster and may be kept as long as its content. */
export interface CompiledPolicy {
  readonly identity: PolicyIdentity;
  readonly uid: string;
  /** `spec.background`: the policy takes part in scans, unless `backgroundProblem` says why it cannot. */
  readonly background: boolean;
  readonly backgroundProblem?: string;
  /** The label that keeps a policy out of reports. */
  readonly disabledForReports: boolean;
  readonly reporting: PolicyReporting;
  readonly problems: readonly PolicyProblem[];
  /** Declared rules. */
  readonly rules: readonly RuleSummary[];
  /** Names of all rules that a result may carry: declared ones, then those generated for pod controllers. */
  readonly ruleNames: readonly string[];
  /** The rules generated for pod controllers, as `status.autogen.rules` shows them. */
  readonly autogenRules: readonly Rule[];
  /** What a policy that is not made of rules is for pod controllers, as `status.autogen.configs` shows it. */
  readonly autogenConfigs?: Readonly<Record<string, AutogenConfig>>;
  readonly ruleCount: RuleCount;
  /** What a scan has to list and watch for this policy. */
  readonly selectors: readonly KindSelection[];
  /** True where a verdict may change with the labels of a Namespace. */
  readonly usesNamespaceLabels: boolean;
  /** False only where no rule can see `status`, so that a change of it needs no new verdict. */
  readonly readsStatus: boolean;
  /** ConfigMaps whose names hold no variables: a change of one may change a verdict. */
  readonly literalConfigMaps: readonly { readonly namespace: string; readonly name: string }[];
  /** GlobalContextEntries that rules read: `entry`, or `entry.projection` where only a projection of it is read. */
  readonly globalEntries: readonly string[];
  /** Kinds of objects that parameterize the policy: a change of one may change a verdict. */
  readonly paramKinds?: readonly { readonly apiVersion?: string; readonly kind?: string }[];
  /** True where a verdict may change although nothing that is watched does: time, random values, calls. */
  readonly needsRescan: boolean;
  /** Stop at the first rule that passes or fails. */
  readonly applyOne: boolean;
  /** Rules that answer in a scan, in order, for an object of this kind. */
  rulesFor(kind: string): readonly CompiledRule[];
  /** Present where only some objects are for the policy at all, whatever its rules match. */
  readonly admits?: AdmitsObject;
  /** It changes existing objects, and what it did to one is its result there, whether or not a scan judges by it. */
  readonly changesExisting?: true;
  /** Judges an object; present for kinds of policies that are not made of rules. */
  readonly judge?: (input: EvaluationInput) => Evaluation;
  readonly queries: QueryCache;
}
