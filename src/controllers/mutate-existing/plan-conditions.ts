import type { Standing } from "./standings.ts";

/** A condition of a policy before it has a time. */
export interface PlannedCondition {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

/** What is true of a policy that changes existing objects. */
export interface MutateFindings {
  /** What cannot be carried out, or cannot be seen. */
  readonly problems: readonly string[];
  /** Rights that are missing, in words. */
  readonly missingRights: readonly string[];
  /** Objects that somebody changes back over and over. */
  readonly quarrels: number;
  readonly standing: Standing;
}

const maxMessageLength = 2_000;

/**
 * The condition that tells how a policy fares. It names what needs somebody's hand first: rights, somebody who works against
 * the policy, what fails. Numbers that grow with each change are no part of it, or each change would be a write.
 */
export function planMutateCondition(findings: MutateFindings): PlannedCondition {
  const { problems, missingRights, quarrels, standing } = findings;
  const parts: (readonly [reason: string, text: string])[] = [];
  if (missingRights.length > 0) parts.push(["MissingPermissions", missingRights.join("; ")]);
  if (quarrels > 0) {
    parts.push([
      "ChangesUndone",
      `${quarrels} object${quarrels === 1 ? " is" : "s are"} changed back by another policy or controller each time; they are changed less and less often`,
    ]);
  }
  if (standing.failing > 0 && standing.lastError !== undefined) {
    parts.push(["Failing", standing.lastError]);
  }
  if (problems.length > 0) parts.push(["NotCarriedOut", problems.join("; ")]);
  const [first] = parts;
  if (first === undefined) {
    return {
      type: "MutateExisting",
      status: "True",
      reason: "Succeeded",
      message: "targets are as the policy wants them, as far as triggers came",
    };
  }
  const message = parts.map(([, text]) => text).join("; ");
  return {
    type: "MutateExisting",
    status: "False",
    reason: first[0],
    message: message.length <= maxMessageLength ? message : `${message.slice(0, maxMessageLength - 3)}...`,
  };
}
