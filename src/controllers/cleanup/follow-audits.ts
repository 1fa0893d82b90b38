import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import { findingsOf, maxFindings } from "./audit-findings.ts";
import type { AuditResults } from "./audit-results.ts";
import type { RunRecord } from "./plan-status.ts";
import type { Candidate } from "./run/candidate.ts";
import type { RunObserver } from "./run/run-policy.ts";

/** Tells of policies and their runs as they come and go. */
export interface AuditFollower {
  /** Undefined: it is gone, or cannot be read. */
  policyChanged(key: string, task: CleanupTask | undefined): void;
  /** Notes what an audit finds, and passes everything on. */
  observerOf(task: CleanupTask, observer: RunObserver): RunObserver;
  runEnded(task: CleanupTask, run: RunRecord): void;
}

/** Hands what runs find to the reports. */
export function followAudits(audits: AuditResults): AuditFollower {
  const tasks = new Map<string, CleanupTask>();
  const wouldGo = new Map<string, Candidate[]>();
  return {
    policyChanged(key, task) {
      const before = tasks.get(key);
      if (task !== undefined) {
        tasks.set(key, task);
        audits.follow(task);
      } else if (before !== undefined) {
        tasks.delete(key);
        audits.gone(before);
      }
    },
    observerOf(task, observer) {
      const found: Candidate[] = [];
      wouldGo.set(task.key, found);
      return {
        ...observer,
        wouldDelete(target) {
          if (found.length < maxFindings) found.push(target);
          observer.wouldDelete(target);
        },
      };
    },
    runEnded(task, run) {
      const findings = findingsOf(task, run, wouldGo.get(task.key) ?? []);
      wouldGo.delete(task.key);
      if (findings !== undefined) audits.found(task, findings);
    },
  };
}
