import { setTimeout as delay } from "node:timers/promises";
import type { AuditCounts, AuditRow } from "#test/support/control-plane/audit-log.ts";
import type { ControlPlane } from "#test/support/control-plane/test-cluster.ts";
import type { OperatorProcess } from "./operator-process.ts";

const operatorAgent = "rearguard/";
const intervalMs = 100;

/** What the operator asked of the API server in a while, Leases apart. */
export interface CountedCalls {
  /** Everything but reports, events and Leases. */
  readonly calls: number;
  readonly reports: number;
  readonly events: number;
  /** Pages of lists, of whatever kind. */
  readonly listPages: number;
  /** Single reads of the kind in question. */
  readonly reads: number;
  /** Writes of the kind in question that the API server took. */
  readonly writes: number;
  /** Writes that it refused. */
  readonly refused: number;
  /** From the beginning to the last of these calls, as far as they were seen. */
  readonly seconds: number;
  /** Every verb and resource with its count, for people. */
  readonly requests: string;
}

const writeVerbs: ReadonlySet<string> = new Set(["create", "update", "patch", "delete", "deletecollection"]);
const reportGroups: ReadonlySet<string> = new Set(["wgpolicyk8s.io", "openreports.io", "reports.kyverno.io"]);

/** Begins to count; the answer waits until the operator has written so much, and then nothing for a while. */
export const followWrites = async (
  cluster: ControlPlane,
  operator: OperatorProcess,
  resource: string,
): Promise<
  (wanted: {
    readonly writes: number;
    readonly stillMs: number;
    readonly deadlineMs: number;
  }) => Promise<CountedCalls>
> => {
  const since = await cluster.auditCounts({ userAgent: operatorAgent });
  const startedAt = performance.now();
  return async ({ writes, stillMs, deadlineMs }) => {
    let last = -1;
    let lastAt = startedAt;
    for (;;) {
      operator.mustRun();
      const counts = await cluster.auditCounts({ userAgent: operatorAgent, since });
      const found = sum(counts, resource);
      const moving = found.calls + found.reports + found.events;
      const now = performance.now();
      if (moving !== last) [last, lastAt] = [moving, now];
      if (found.writes >= writes && now - lastAt >= stillMs) {
        return { ...found, seconds: (lastAt - startedAt) / 1_000 };
      }
      if (now - startedAt > deadlineMs) {
        throw new Error(
          `the operator wrote ${found.writes} of ${writes} ${resource} in ${deadlineMs / 1_000} s: ${found.requests}`,
        );
      }
      await delay(intervalMs);
    }
  };
};

const sum = ({ rows }: AuditCounts, resource: string): Omit<CountedCalls, "seconds"> => {
  const counted = rows.filter((row) => row.resource !== "leases");
  const total = (isIt: (row: AuditRow) => boolean): number =>
    counted.filter(isIt).reduce((all, { count }) => all + count, 0);
  const isReport = (row: AuditRow): boolean => reportGroups.has(row.apiGroup);
  const isEvent = (row: AuditRow): boolean => row.resource === "events";
  const isWrite = (row: AuditRow): boolean => row.resource === resource && writeVerbs.has(row.verb);
  return {
    calls: total((row) => !isReport(row) && !isEvent(row)),
    reports: total((row) => isReport(row) && writeVerbs.has(row.verb)),
    events: total(isEvent),
    listPages: total(({ verb }) => verb === "list"),
    reads: total((row) => row.resource === resource && row.verb === "get"),
    writes: total((row) => isWrite(row) && row.code < 300),
    refused: total((row) => isWrite(row) && row.code >= 300),
    requests: listByCount(counted),
  };
};

/** The most frequent requests, whatever the namespace. */
const listByCount = (rows: readonly AuditRow[]): string => {
  const counts = new Map<string, number>();
  for (const { verb, resource, code, count } of rows) {
    const request = `${verb} ${resource === "" ? "discovery" : resource} (${code})`;
    counts.set(request, (counts.get(request) ?? 0) + count);
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 12)
    .map(([request, count]) => `${count} ${request}`)
    .join(", ");
};
