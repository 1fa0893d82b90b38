import { integer, object, optional, string } from "../schema/build.ts";

const count = (description: string) => optional(integer({ description }));

/**
 * What we add to the status of policies that delete on a schedule. Where the definitions of Kyverno are installed the
 * API server drops these fields; conditions and `lastExecutionTime` stay.
 */
export const cleanupRunFields = {
  nextExecutionTime: optional(
    string({ description: "When the policy runs next; absent where it never does." }),
  ),
  lastRun: optional(
    object({
      scheduledTime: string({ description: "The time that the run was due." }),
      outcome: string({ description: "Completed, Audited, Held, Missed or Failed." }),
      message: optional(string({ description: "Why, for people." })),
      durationMs: count("How long the run took."),
      scanned: count("Objects that were looked at."),
      matched: count("Objects that the policy selects."),
      deleted: count("Objects that were deleted."),
      failed: count("Objects that could not be judged or deleted."),
      skipped: count(
        "Objects that match and stay: protected, marked, kept as the last ones, changed meanwhile.",
      ),
    }),
  ),
  heldRun: optional(
    object({
      scheduledTime: string({ description: "The run that exceeded a limit, as confirm-run takes it." }),
      message: string({ description: "Which limit, and by how much." }),
    }),
  ),
};
