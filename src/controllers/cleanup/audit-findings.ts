import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import type { ReportOwner } from "#reports/owner.ts";
import type { PolicyRef } from "#reports/policy-ref.ts";
import { policyRefKey } from "#reports/policy-ref.ts";
import type { RunRecord } from "./plan-status.ts";
import type { Candidate } from "./run/candidate.ts";

/** Something that a policy says of an object without deleting it. */
export interface AuditFinding {
  readonly owner: ReportOwner;
  /** Without its time: findings that say the same are the same. */
  readonly result: PolicyReportResult;
}

/** All findings of a policy, by uid of their object. */
export type AuditFindings = ReadonlyMap<string, AuditFinding>;

/** Objects of one policy that reports tell of; the status counts the others. */
export const maxFindings = 10_000;

const sources = {
  CleanupPolicy: "KyvernoCleanupPolicy",
  DeletingPolicy: "KyvernoDeletingPolicy",
} as const;

/** Sources of results that belong to policies that delete. */
export const auditSources: ReadonlySet<string> = new Set(Object.values(sources));

/** The policy as results name it. */
function auditPolicyOf({ family, namespace, name }: CleanupTask): PolicyRef {
  return { source: sources[family], policy: namespace === undefined ? name : `${namespace}/${name}` };
}

/** One text per policy, for maps. */
export function auditKeyOf(task: CleanupTask): string {
  return policyRefKey(auditPolicyOf(task));
}

/**
 * What stands in reports after a run: a warning on each object that would have gone, or a failure on the policy whose run
 * was held. Undefined where the run tells nothing new.
 */
export function findingsOf(
  task: CleanupTask,
  { outcome }: Pick<RunRecord, "outcome">,
  wouldGo: readonly Candidate[],
): AuditFindings | undefined {
  switch (outcome.kind) {
    case "completed":
      return new Map();
    case "audited":
      return new Map(
        wouldGo.slice(0, maxFindings).map((target) => [
          target.uid,
          {
            owner: ownerOf(target),
            result: resultOf(task, "warn", `${task.kind} ${task.name} would delete it`),
          },
        ]),
      );
    case "held": {
      const { apiVersion, kind, namespace, name, uid } = task;
      const owner = { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name, uid };
      const message = `run held, nothing was deleted: ${outcome.limits.join("; ")}`;
      return new Map([[uid, { owner, result: resultOf(task, "fail", message) }]]);
    }
    case "failed":
    case "missed":
      return undefined;
    default:
      return outcome satisfies never;
  }
}

function resultOf(task: CleanupTask, verdict: "warn" | "fail", message: string): PolicyReportResult {
  return {
    ...auditPolicyOf(task),
    rule: task.name,
    result: verdict,
    message,
    properties: { process: "background scan" },
  };
}

function ownerOf({ type, namespace, name, uid }: Candidate): ReportOwner {
  const apiVersion = apiVersionOf(type);
  return { apiVersion, kind: type.kind, ...(namespace === "" ? {} : { namespace }), name, uid };
}

/** True where both say the same, whenever they said it. */
export function isSameFinding(a: PolicyReportResult, b: PolicyReportResult): boolean {
  return a.rule === b.rule && a.result === b.result && a.message === b.message;
}
