import type { KubeObject } from "#api/meta/object-meta.ts";
import type { RuleResponse } from "#engine/response.ts";
import { placeOf } from "./read-targets.ts";
import type { ReadTarget } from "./read-targets.ts";

/** What is said of one target, or of the rule as a whole. */
export interface TargetNote {
  readonly response: RuleResponse;
  /** Absent where it is about no single object. */
  readonly object?: KubeObject;
}

/** What one run did. */
export interface RunTally {
  /** Objects that were looked at. */
  judged: number;
  changed: number;
  /** Not as they should be when the run ended. */
  failed: number;
  /** Of the failures, how many may go away. */
  retriable: number;
  /** Of those, how many are verdicts: without data from outside they are the same whenever they are given. */
  evaluationFailures: number;
  /** The first failures, for people. */
  readonly messages: string[];
  /** The shortest pause that somebody who undoes changes is worth. */
  quarrelMs: number | undefined;
  /** A kind that is not served: `apiVersion/Kind`. */
  unserved: string | undefined;
  /** What the report says, at most `maxNotes`; failures are never left out for successes. */
  readonly notes: TargetNote[];
}

const maxMessages = 5;
/** A report has room for some thousand results; nothing is gained by keeping more. */
const maxNotes = 2_000;

export function newTally(): RunTally {
  return {
    judged: 0,
    changed: 0,
    failed: 0,
    retriable: 0,
    evaluationFailures: 0,
    messages: [],
    quarrelMs: undefined,
    unserved: undefined,
    notes: [],
  };
}

function note(tally: RunTally, added: TargetNote): void {
  if (tally.notes.length < maxNotes) {
    tally.notes.push(added);
    return;
  }
  if (added.response.status === "pass") return;
  const at = tally.notes.findIndex(({ response }) => response.status === "pass");
  if (at >= 0) tally.notes[at] = added;
}

/** Something went wrong with a target, or with the rule. */
export function noteFailure(
  tally: RunTally,
  failure: {
    readonly response: RuleResponse;
    readonly target?: ReadTarget;
    /** Trying again changes nothing. */
    readonly final?: boolean;
    /** It is what evaluation gave. */
    readonly evaluated?: boolean;
    /** False where the same was said before. */
    readonly isNews?: boolean;
  },
): void {
  const { response, target, final = false, evaluated = false, isNews = true } = failure;
  tally.failed += 1;
  if (evaluated) tally.evaluationFailures += 1;
  if (!final) tally.retriable += 1;
  const about = target === undefined ? "" : `${objectText(target)}: `;
  if (tally.messages.length < maxMessages) tally.messages.push(`${about}${response.message}`);
  if (isNews) note(tally, { response, ...(target === undefined ? {} : { object: target.object }) });
}

/** A target that was not as it should be now is. */
export function noteRecovered(tally: RunTally, response: RuleResponse, object: KubeObject): void {
  note(tally, { response, object });
}

/** A target was written. */
export function noteChanged(tally: RunTally, target: ReadTarget, response: RuleResponse): void {
  tally.changed += 1;
  note(tally, { response, object: target.object });
}

/** What is said of an object over which a policy is in a quarrel; it has no number, or it would be news each time. */
export const quarrelText =
  "the same change is undone each time, by another policy or controller; it is made less and less often from now on";

function objectText({ object }: ReadTarget): string {
  const { namespace, name } = placeOf(object);
  return namespace === "" ? `${object.kind}/${name}` : `${object.kind}/${namespace}/${name}`;
}
