/** Why something cannot be kept. */
export type JournalFailureReason =
  /** No room, and nothing in it is old enough to go. */
  | "full"
  | "forbidden"
  /** The disk, or a server that does not answer. */
  | "unavailable"
  /** This one object; others may fit. */
  | "too large";

/** What was to be deleted could not be written down, so it must not be deleted. */
export class JournalFailure extends Error {
  readonly reason: JournalFailureReason;

  constructor(reason: JournalFailureReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "JournalFailure";
    this.reason = reason;
  }
}
