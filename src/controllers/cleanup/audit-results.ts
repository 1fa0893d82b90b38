import PQueue from "p-queue";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { createBackoff } from "#controllers/runtime/backoff.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { done, runReconcileLoop } from "#controllers/runtime/reconcile-loop.ts";
import { createWorkQueue } from "#controllers/runtime/work-queue.ts";
import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import type { ReportOwner } from "#reports/owner.ts";
import { policyRefKey } from "#reports/policy-ref.ts";
import { policyOf } from "#reports/producer.ts";
import { withdrawalOf } from "#reports/withdrawal.ts";
import type { Logger } from "#telemetry/logger.ts";
import { auditKeyOf, auditSources, isSameFinding } from "./audit-findings.ts";
import type { AuditFinding, AuditFindings } from "./audit-findings.ts";

/** Where results go, and where earlier ones are found. */
export interface AuditReports {
  /** Merges results into the report of the owner. Rejects where that cannot be done for now. */
  merge(owner: ReportOwner, results: readonly PolicyReportResult[]): Promise<void>;
  /** Hands out everything that stands in reports. */
  listStored(
    handle: (owner: ReportOwner, results: readonly PolicyReportResult[]) => void,
    signal: AbortSignal,
  ): Promise<void>;
}

export interface AuditResultsOptions {
  readonly reports: AuditReports;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Keeps what audits and held runs say in reports as the last run found it. */
export interface AuditResults {
  /** A run of the policy ended and found this. */
  found(task: CleanupTask, findings: AuditFindings): void;
  /** The policy is as given now. Where it does not audit any more, what it said of objects leaves. */
  follow(task: CleanupTask): void;
  /** There is no such policy any more. */
  gone(task: CleanupTask): void;
  /** All policies are known: what others said while nobody was here leaves. */
  sweep(): void;
  /** Results that stand in reports, as far as is known. */
  readonly count: number;
  stop(): Promise<void>;
}

/** What is wanted of a policy: what its last run found, or of what is stored that which passes. */
type Wanted =
  | { readonly kind: "found"; readonly findings: AuditFindings }
  | { readonly kind: "filtered"; readonly keeps: (uid: string) => boolean };

const sweepKey = "";
const concurrency = 8;

/**
 * A report is written only where a finding came, changed or went. What stood in reports before this process is listed once,
 * when it is first needed.
 */
export function createAuditResults(options: AuditResultsOptions): AuditResults {
  const { reports, clock, log, signal } = options;
  const wanted = new Map<string, Wanted>();
  const stored = new Map<string, Map<string, AuditFinding>>();
  const queue = createWorkQueue<string>({ clock, backoff: createBackoff({ random: options.random }) });
  let listing: Promise<void> | undefined;

  const storedOf = (key: string): Map<string, AuditFinding> => {
    const known = stored.get(key) ?? new Map<string, AuditFinding>();
    stored.set(key, known);
    return known;
  };

  const list = (): Promise<void> => {
    listing ??= reports
      .listStored((owner, results) => {
        for (const { timestamp: _, ...result } of results) {
          if (!auditSources.has(result.source ?? "")) continue;
          storedOf(policyRefKey(policyOf(result))).set(owner.uid, { owner, result });
        }
      }, signal)
      .catch((error: unknown) => {
        listing = undefined;
        throw error;
      });
    return listing;
  };

  const targetOf = (key: string, known: AuditFindings): AuditFindings => {
    const want = wanted.get(key);
    if (want === undefined) return known;
    if (want.kind === "found") return want.findings;
    return new Map([...known].filter(([uid]) => want.keeps(uid)));
  };

  const apply = async (key: string): Promise<void> => {
    const known = storedOf(key);
    const target = targetOf(key, known);
    const seconds = Math.floor(clock.now() / 1000);
    const work = new PQueue({ concurrency });
    const failures: unknown[] = [];
    const send = (owner: ReportOwner, result: PolicyReportResult, then: () => void): void =>
      void work.add(async () => {
        try {
          signal.throwIfAborted();
          await reports.merge(owner, [result]);
          then();
        } catch (error) {
          failures.push(error);
        }
      });
    for (const [uid, finding] of target) {
      const before = known.get(uid);
      if (before !== undefined && isSameFinding(before.result, finding.result)) continue;
      const timestamp = { seconds, nanos: 0 };
      send(finding.owner, { ...finding.result, timestamp }, () => known.set(uid, finding));
    }
    for (const [uid, { owner, result }] of known) {
      if (!target.has(uid)) send(owner, withdrawalOf(result, seconds), () => known.delete(uid));
    }
    await work.onIdle();
    const want = wanted.get(key);
    if (known.size === 0) {
      stored.delete(key);
      if (want?.kind === "found" && want.findings.size === 0) wanted.delete(key);
    }
    // The rest is tried again; what was done is not repeated.
    if (failures.length > 0) throw failures[0];
  };

  const loop = runReconcileLoop({
    queue,
    reconcile: async (key) => {
      await list();
      if (key === sweepKey) {
        for (const known of stored.keys()) {
          if (!wanted.has(known)) wanted.set(known, { kind: "found", findings: new Map() });
          queue.add(known);
        }
      } else await apply(key);
      return done;
    },
    workers: 1,
    clock,
    log,
    signal,
  });

  return {
    found(task, findings) {
      const key = auditKeyOf(task);
      wanted.set(key, { kind: "found", findings });
      queue.add(key);
    },
    follow(task) {
      const key = auditKeyOf(task);
      const want = wanted.get(key);
      const keeps = (uid: string): boolean => task.options.audit || uid === task.uid;
      if (want?.kind !== "found") wanted.set(key, { kind: "filtered", keeps });
      else {
        const left = new Map([...want.findings].filter(([uid]) => keeps(uid)));
        if (left.size === want.findings.size) return;
        wanted.set(key, { kind: "found", findings: left });
        queue.add(key);
      }
    },
    gone(task) {
      const key = auditKeyOf(task);
      wanted.set(key, { kind: "found", findings: new Map() });
      queue.add(key);
    },
    sweep: () => queue.add(sweepKey),
    get count() {
      return [...stored.values()].reduce((sum, { size }) => sum + size, 0);
    },
    async stop() {
      queue.shutDown();
      await loop;
    },
  };
}
