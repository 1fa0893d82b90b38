import type { PolicyRef } from "./policy-ref.ts";

/** A kind whatever its version. */
export interface KindFamily {
  /** Empty for the core group. */
  readonly group: string;
  readonly kind: string;
}

/** What is known of a policy that exists. */
export interface KnownPolicy {
  readonly kind: "known";
  /** Names of all its rules, generated ones (autogen) included; absent where rule names tell nothing (CEL kinds). */
  readonly rules?: ReadonlySet<string>;
  /** Rules whose results come from the scan; `all` for kinds without rule names. Empty: the scan does not judge it. */
  readonly scanRules: ReadonlySet<string> | "all";
  /** Rules whose results come from the scan of images. */
  readonly imageScanRules?: ReadonlySet<string> | "all";
  /**
   * Rules that a scan would judge if the policy took part. A result of them that a scan may have written (`process` is
   * `background scan`) is of the time before and goes; those of admission requests stay.
   */
  readonly dormantRules?: ReadonlySet<string> | "all";
  /** Labelled out of reports: none of its results stays. */
  readonly excluded: boolean;
  /** Whether what the scan judges can match objects of this kind; namespaced policies know their namespace. */
  canMatch(scope: ReportScope): boolean;
}

export type PolicyFact =
  | KnownPolicy
  /** There is no such policy: its results are stale. */
  | { readonly kind: "gone" }
  /** Nobody here knows: a foreign source, or a kind that is not read yet. Its results are kept. */
  | { readonly kind: "unknown" };

/** The object of a report, as far as policies are matched with it. */
export interface ReportScope {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Absent for cluster-scoped objects. */
  readonly namespace?: string;
}

/** What exists now; asked anew for each report. */
export interface PolicyFacts {
  find(policy: PolicyRef): PolicyFact;
  /** True where the scan judges objects of this kind, so that it will put their reports. */
  isWatched(family: KindFamily): boolean;
}
