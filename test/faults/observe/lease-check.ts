import type { AcceptedWrite } from "./audit-timeline.ts";

export interface LeaseFindings {
  /** Writes by a process that another one had taken the Lease from, as text. */
  readonly violations: readonly string[];
  /** For each time the Lease went to another user: ms from its end to the first write under it; absent: none came. */
  readonly takeovers: readonly { readonly from: string; readonly to: string; readonly delayMs?: number }[];
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
  leaseDurationMs: number,
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

  const takeovers = turns.slice(1).map((turn, index) => {
    const from = turns[index]?.user ?? "";
    const last = leases.findLast((lease) => lease.user === from && lease.completedMs < turn.completedMs);
    const first = others.find(({ user, receivedMs }) => user === turn.user && receivedMs >= turn.completedMs);
    const endedMs = (last?.receivedMs ?? turn.completedMs) + leaseDurationMs;
    return {
      from,
      to: turn.user,
      ...(first === undefined ? {} : { delayMs: Math.max(0, Math.round(first.completedMs - endedMs)) }),
    };
  });
  return { violations, takeovers };
};
