import type { StatusCondition } from "./plan-status.ts";

/** Messages of conditions are cut here; the API server allows 32,768 characters. */
const maxMessageLength = 2_000;

export type ConditionVerdict = Pick<StatusCondition, "status" | "reason" | "message">;

export function listText(items: readonly string[]): string {
  const text = items.join("; ");
  return text.length <= maxMessageLength ? text : `${text.slice(0, maxMessageLength - 3)}...`;
}

/**
 * Makes conditions. One that says the same as the stored one keeps its `lastTransitionTime`; `nowText` is an RFC 3339 time
 * for those that turn.
 */
export function makeCondition(
  generation: number | undefined,
  stored: readonly StatusCondition[],
  nowText: string,
): (type: string, verdict: ConditionVerdict) => StatusCondition {
  return (type, verdict) => {
    const before = stored.find((candidate) => candidate.type === type);
    const unturned = before?.status === verdict.status;
    return {
      type,
      ...verdict,
      lastTransitionTime: unturned ? before.lastTransitionTime : nowText,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    };
  };
}
