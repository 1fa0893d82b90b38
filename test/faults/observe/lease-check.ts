import type { AcceptedWrite } from "./audit-timeline.ts";

export interface LeaseFindings {
  /** Writes by a process that another one had taken the Lease from, as text. */
  readonly violations: readonly string[];
  /** How often the Lease went to another user. */
  readonly takeovers: number;
  /**
   * Of the first takeover after the fault: ms from the end of the Lease before to the first write under the new one. Absent
   * where nothing was written before the Lease went on to the next one.
   */
  readonly takeoverMs?: number;
}

const isLeaseWrite = ({ resource, verb }: AcceptedWrite): boolean =>
  resource === "leases" && (verb === "create" || verb === "update");

/**
 * Looks whether at each moment only the one wrote who had written the Lease last. Each process has a user of its own. A
 * write counts as late when its request came in after the other's Lease was answered.
 */
export const checkLease = (
  writes: readonly AcceptedWrite[],
  users: readonly string[],
  lease: {
    readonly durationMs: number;
    /** When the fault began, in ms since 1970. */ readonly faultMs: number;
  },
): LeaseFindings => {
  const own = writes
    .filter(({ user }) => users.includes(user))
    .toSorted((a, b) => a.completedMs - b.completedMs);
  const leases = own.filter(isLeaseWrite);
  const others = own.filter((write) => write.resource !== "leases");
  const turns = leases.filter((lease, index) => lease.user !== leases[index - 1]?.user);

  const holderAt = (ms: number): AcceptedWrite | undefined =>
    turns.findLast(({ completedMs }) => completedMs < ms);
  const violations = others.flatMap((write) => {
    const holder = holderAt(write.receivedMs);
    if (holder === undefined || holder.user === write.user) return [];
    const lateMs = Math.round(write.receivedMs - holder.completedMs);
    const what = `${write.verb} ${write.resource} ${write.namespace}/${write.name}`;
    return [`${write.user} wrote (${what}) ${lateMs} ms after ${holder.user} had the Lease`];
  });

  const changes = turns.slice(1);
  const index = changes.findIndex(({ completedMs }) => completedMs > lease.faultMs);
  const turn = changes[index];
  const first = others.find(({ user, receivedMs }) => user === turn?.user && receivedMs >= turn.completedMs);
  const lostMs = changes[index + 1]?.completedMs ?? Number.POSITIVE_INFINITY;
  if (turn === undefined || first === undefined || first.completedMs > lostMs) {
    return { violations, takeovers: changes.length };
  }
  const last = leases.findLast(
    ({ user, completedMs }) => user !== turn.user && completedMs < turn.completedMs,
  );
  const endedMs = (last?.receivedMs ?? turn.completedMs) + lease.durationMs;
  const takeoverMs = Math.max(0, Math.round(first.completedMs - endedMs));
  return { violations, takeovers: changes.length, takeoverMs };
};
