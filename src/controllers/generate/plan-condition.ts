import { confirmAnnotation } from "./generate-options.ts";

/** A condition of a policy before it has a time. */
export interface GenerateCondition {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

/** What is true of a policy that generates. */
export interface GenerateFindings {
  /** What cannot be carried out, or cannot be seen. */
  readonly problems: readonly string[];
  /** Deletions that wait for a confirmation; 0: none are held. */
  readonly held: number;
  /** Triggers for which not everything could be done. */
  readonly failing: number;
  readonly lastError: string | undefined;
  /** Objects that somebody changes back over and over. */
  readonly quarrels: number;
}

const maxMessageLength = 2_000;

/** The condition that tells how a policy fares; what needs somebody's hand stands first. */
export function planGenerateCondition(findings: GenerateFindings): GenerateCondition {
  const { problems, held, failing, lastError = "", quarrels } = findings;
  const parts: (readonly [reason: string, text: string])[] = [];
  if (held > 0) {
    parts.push([
      "DeletionsHeld",
      `more would be deleted than the limit allows; give the annotation ${confirmAnnotation} another value to let it happen`,
    ]);
  }
  if (failing > 0) parts.push(["Failing", lastError]);
  if (quarrels > 0) {
    parts.push([
      "ChangesUndone",
      "another policy or controller changes objects back each time; they are made less and less often",
    ]);
  }
  if (problems.length > 0) parts.push(["NotCarriedOut", problems.join("; ")]);
  const [first] = parts;
  if (first === undefined) {
    const message = "what the policy asks for exists, as far as triggers came";
    return { type: "Generate", status: "True", reason: "Succeeded", message };
  }
  const message = parts.map(([, text]) => text).join("; ");
  return {
    type: "Generate",
    status: "False",
    reason: first[0],
    message: message.length <= maxMessageLength ? message : `${message.slice(0, maxMessageLength - 3)}...`,
  };
}
