import type { ResourceType } from "#api/meta/resource-type.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { RuleResponse } from "#engine/response.ts";
import type { ReportOwner } from "#reports/owner.ts";
import type { KindFamily } from "#reports/policy-facts.ts";
import type { PolicyRef } from "#reports/policy-ref.ts";
import type { ScanPolicy } from "./scan-policy.ts";

/** What the scan asks of the one writer of reports. */
export interface ReportPort {
  /** Reads what is stored; resolves when every report is known. */
  start(): Promise<void>;
  /** True where the stored report says something else about the policy; no results: it should say nothing. */
  differs(uid: string, policy: PolicyRef, results: readonly PolicyReportResult[]): boolean;
  /** True where a rule of the policy fails in the stored report. */
  wasFailing(uid: string, policy: PolicyRef): boolean;
  /**
   * Makes the scan's part of the report equal to `results`, all results of the scan for that object. Writes nothing where
   * nothing changed; waits while the bounded queue is full. Resolves to whether a write was accepted.
   */
  put(
    owner: ReportOwner,
    results: readonly PolicyReportResult[],
    options: { readonly urgent: boolean },
  ): Promise<boolean>;
  ownerGone(uid: string): void;
  /** No policy can match the kind any more: the scan's results leave its reports. */
  kindUnwatched(family: KindFamily): Promise<void>;
  /** Policies went, lost rules or left reports: what others said of them goes, too. */
  policiesWent(): void;
  /** The kind is listed to its end: reports of it without a living object can go. */
  kindSynced(family: KindFamily): Promise<void>;
}

/** A rule that fails now and did not in the report before. */
export interface Violation {
  readonly policy: ScanPolicy;
  readonly owner: ReportOwner;
  readonly response: RuleResponse;
  /** A change brought it to light, not a first list or a pass. */
  readonly urgent: boolean;
}

/** A rule that exceptions take off an object now, where its policy said something else before. */
export interface ExceptedRule {
  readonly policy: ScanPolicy;
  readonly owner: ReportOwner;
  readonly rule: string;
  /** `namespace/name` of each. */
  readonly exceptions: readonly string[];
  /** A change brought it to light, not a first list or a pass. */
  readonly urgent: boolean;
}

/** What one policy says of an object. */
export interface PolicyVerdicts {
  readonly policy: ScanPolicy;
  readonly responses: readonly RuleResponse[];
}

/** What the scan tells people and dashboards. */
export interface ScanObserver {
  violation(violation: Violation): void;
  excepted(rule: ExceptedRule): void;
  /** A policy cannot judge what it should, because kinds cannot be read; told once, when that begins. */
  policyBlocked(policy: ScanPolicy, message: string): void;
  /** One object was judged, by each of these policies. */
  judged(owner: ReportOwner, judgements: readonly PolicyVerdicts[]): void;
  /** A policy passes where it did not before; told only while `wantsSuccesses`. */
  success(owner: ReportOwner, policy: ScanPolicy): void;
  wantsSuccesses(): boolean;
  kindState(
    type: ResourceType,
    state: { readonly kind: "syncing" | "live" | "degraded" | "stopped"; readonly reason?: string },
  ): void;
  passFinished(type: ResourceType, pass: { readonly reason: string; readonly seconds: number }): void;
  passFailed(type: ResourceType, error: unknown): void;
  /** Planning the kinds failed in an unforeseen way; it is tried again. */
  planFailed(error: unknown): void;
  sliceCut(ms: number): void;
}
