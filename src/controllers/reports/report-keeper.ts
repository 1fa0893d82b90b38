import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { ReportOwner } from "#reports/owner.ts";
import type { KindFamily } from "#reports/policy-facts.ts";
import type { PolicyRef } from "#reports/policy-ref.ts";

export interface KeeperStats {
  /** Objects with a report, or with one that is on its way. */
  readonly reports: number;
  /** Writes that are accepted and not done. */
  readonly queued: number;
  /** Objects whose results were given up for now and that are judged again later. */
  readonly deferred: number;
  /** Reports that others changed and that were not looked at again yet. */
  readonly marked: number;
}

/** The one writer of reports of the objects of its uid range. */
export interface ReportKeeper {
  /** Lists what is stored, then watches metadata. Resolves when it knows every report; retries until then. */
  start(): Promise<void>;
  /** True where the report says something else about `policy` than `results`; no results: it should say nothing. */
  differs(uid: string, policy: PolicyRef, results: readonly PolicyReportResult[]): boolean;
  /** Policies of the scan that the report has results of. */
  policiesOf(uid: string): readonly PolicyRef[];
  /** True where the report has a `fail` or `warn` of the policy. Ask before `put`, which replaces what is known. */
  wasFailing(uid: string, policy: PolicyRef): boolean;
  /**
   * Makes the scan's part of the owner's report equal `results`, all results of the scan for that object. Nothing is
   * written where nothing changed. Resolves when the write is accepted, which waits only while the queue is full; false
   * where there is nothing to write.
   */
  put(
    owner: ReportOwner,
    results: readonly PolicyReportResult[],
    options: { readonly urgent: boolean },
  ): Promise<boolean>;
  /** The object is gone: garbage collection takes its report; what is left after a delay is deleted here. */
  ownerGone(uid: string): void;
  /** No policy of the scan can match this kind any more: the scan's results leave its reports. Reads no object. */
  kindUnwatched(family: KindFamily): Promise<void>;
  /**
   * Policies went, lost rules or left reports: what others said of them leaves the reports that the scan shares with
   * others. The scan's own part is put as ever.
   */
  policiesWent(): void;
  /** A kind is listed to its end: reports of it without a living object are swept. */
  kindSynced(family: KindFamily): Promise<void>;
  /** Resolves when everything that was accepted is written. */
  idle(): Promise<void>;
  stats(): KeeperStats;
  /** Ends watches and workers; what is being written is awaited. */
  stop(): Promise<void>;
}
