import { planMutateCondition } from "./plan-conditions.ts";

/** Status and reason of the condition for these findings. */
export function planConditionText({
  problems = [],
  missingRights = [],
  quarrels = 0,
  failing = 0,
  changed = 0,
}: {
  readonly problems?: readonly string[];
  readonly missingRights?: readonly string[];
  readonly quarrels?: number;
  readonly failing?: number;
  readonly changed?: number;
}): string {
  const lastError = failing > 0 ? "it failed" : undefined;
  const { status, reason } = planMutateCondition({
    problems,
    missingRights,
    quarrels,
    standing: { changed, failing, lastError },
  });
  return `${status} ${reason}`;
}
