import type { DifferenceKind } from "./compare-answers.ts";
import type { FuzzAnswer } from "./our-answer.ts";

interface Explanation {
  readonly reason: string;
  readonly applies: (
    difference: DifferenceKind,
    text: string,
    ours: FuzzAnswer,
    theirs: FuzzAnswer,
  ) => boolean;
}

/** Differences that are meant, or that no policy can tell; each as narrow as it can be. */
const explanations: readonly Explanation[] = [
  {
    reason: "cel-go computes conversions of literals when it makes the program, and fails there",
    applies: (difference, _, __, { issue = "ERROR" }) =>
      difference === "outcome" &&
      /^(?:type conversion error from|no such overload: [a-z]+\(|unsigned integer overflow|integer overflow|invalid UTF-8|invalid qualifier type)/.test(
        issue,
      ),
  },
  {
    reason: "cel-go panics",
    applies: (_, __, ___, { error = "" }) => /^(?:panic|internal error): /.test(error),
  },
  {
    reason: "Kubernetes' quantities made by sub and add of ints are never equal to others",
    applies: (difference, text, _, { error }) =>
      (difference === "outcome" || difference === "error") &&
      error === "no such overload" &&
      /\.(?:sub|add)\(/.test(text),
  },
  {
    reason: "cel-go does not evaluate what is looked for in a constant list that is empty",
    applies: (difference, text, ours, theirs) =>
      (difference === "outcome" || difference === "error") &&
      text.includes(" in ([])") &&
      ours.error !== undefined &&
      theirs.issue === undefined,
  },
  {
    reason: "keys of maps that are no keys are refused here",
    applies: (difference, _, { error = "" }) =>
      (difference === "outcome" || difference === "error") && error.startsWith("unsupported key type: "),
  },
  {
    reason: "Kubernetes does not see that a sum of thousandths is whole",
    applies: (difference, _, __, { error }) =>
      (difference === "outcome" || difference === "error") && error === "cannot convert value to integer",
  },
  {
    reason: "cel-go looks at literals of format before the evaluation",
    applies: (difference, _, __, { issue = "" }) =>
      (difference === "outcome" || difference === "issue") && issue.includes("error during formatting"),
  },
  {
    reason: "the names of Go types in a text",
    applies: (difference, _, __, { error = "" }) =>
      (difference === "outcome" || difference === "error") && error.startsWith("invalid qualifier type: "),
  },
  {
    reason: "the sum of no elements is an int here, whatever type they would have",
    applies: (difference, text, ours) =>
      difference === "value" && text.includes(".sum()") && /i0/.test(ours.value ?? ""),
  },
  {
    reason: "how much of a call a text about a missing overload names",
    applies: (difference, _, { error: ours = "" }, { error: theirs = "" }) =>
      difference === "error" && ours.startsWith("no such overload") && theirs.startsWith("no such overload"),
  },
  {
    reason: "what exactly is wrong with an IPv6 address",
    applies: (difference, _, { error: ours = "" }, { error: theirs = "" }) =>
      difference === "error" && /^(?:IP Address|network address)/.test(ours) && theirs.includes("ParseAddr"),
  },
  {
    reason: "types of what is wrong already, in a text",
    applies: (difference, _, __, { issue = "" }) =>
      difference === "issue" && /_var|!error!|'_\?_:_' applied to '\(bool, map\(/.test(issue),
  },
  {
    reason: "cel-go counts less for calls whose overload is chosen in the evaluation",
    applies: (difference, text, ours, theirs) =>
      difference === "cost" && /dyn\(|object/.test(text) && ours.cost > theirs.cost,
  },
  {
    reason: "costs that differ by a few units: errors that are absorbed, conditions before an index",
    applies: (difference, _, ours, theirs) =>
      difference === "cost" &&
      Math.abs(ours.cost - theirs.cost) <= Math.max(15, 0.15 * Math.max(ours.cost, theirs.cost)),
  },
  {
    reason: "sortBy of a literal",
    applies: (difference, _, __, { issue = "" }) =>
      difference === "issue" && issue.includes("sortBy can only be applied to a list"),
  },
];

/** Why two answers differ; undefined where nothing says so. */
export function explanationOf(
  difference: DifferenceKind,
  text: string,
  ours: FuzzAnswer,
  theirs: FuzzAnswer,
): string | undefined {
  return explanations.find(({ applies }) => applies(difference, text, ours, theirs))?.reason;
}
