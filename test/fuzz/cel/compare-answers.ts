import type { RandomExpression } from "./expression-grammar.ts";
import type { FuzzAnswer } from "./our-answer.ts";

/** In what two answers differ: the worst first. */
export type DifferenceKind = "outcome" | "value" | "type" | "issue" | "error" | "cost";

/** Undefined where the two engines agree on everything that is the same for both. */
export function differenceOf(
  { isOrdered }: RandomExpression,
  ours: FuzzAnswer,
  theirs: FuzzAnswer,
): DifferenceKind | undefined {
  if (outcomeOf(ours) !== outcomeOf(theirs)) return "outcome";
  if (ours.issue !== undefined) return haveSameIssues(ours.issue, theirs.issue ?? "") ? undefined : "issue";
  if (isOrdered && ours.value !== theirs.value) return "value";
  if (ours.type !== theirs.type) return "type";
  if (!isOrdered) return undefined;
  if (ours.error !== theirs.error) return "error";
  // Where cel-go fails, the error is passed through all calls around it, and each is counted.
  if (ours.error !== undefined) return undefined;
  return ours.cost === theirs.cost ? undefined : "cost";
}

/** What stands within `optMap` is checked twice by cel-go, and wrong twice. */
function haveSameIssues(ours: string, theirs: string): boolean {
  const lines = (text: string): string => Array.from(new Set(text.split(/\n(?=ERROR)/))).join("\n");
  return lines(ours) === lines(theirs);
}

function outcomeOf({ issue, error }: FuzzAnswer): string {
  return issue !== undefined ? "issue" : error !== undefined ? "error" : "value";
}
