/** Why an object that a policy selects stays. */
export type SkipReason = "protected" | "marked" | "kept" | "changed" | "gone" | "terminating" | "recreated";

/** What a run did, counted while it goes on. */
export interface RunTally {
  scanned: number;
  matched: number;
  deleted: number;
  failed: number;
  /** Marked in this run; they go when their time is over. */
  marked: number;
  readonly skipped: Map<SkipReason, number>;
  /** The first few reasons of failures, for people. */
  readonly problems: string[];
}

const maxProblems = 5;

export function createTally(): RunTally {
  return { scanned: 0, matched: 0, deleted: 0, failed: 0, marked: 0, skipped: new Map(), problems: [] };
}

export function countSkipped(tally: RunTally, reason: SkipReason, count = 1): void {
  tally.skipped.set(reason, (tally.skipped.get(reason) ?? 0) + count);
}

/** Adds a problem to those that are shown, once. */
export function noteProblem(tally: RunTally, problem: string): void {
  if (tally.problems.length < maxProblems && !tally.problems.includes(problem)) tally.problems.push(problem);
}

/** How a run ended. */
export type RunOutcome =
  | { readonly kind: "completed" }
  /** Nothing was deleted, because that was asked for. */
  | { readonly kind: "audited" }
  /** Nothing was deleted, because a limit stands in the way. */
  | { readonly kind: "held"; readonly limits: readonly string[] };
