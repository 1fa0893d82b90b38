/** A mistake in how a command was called; people see the message alone, and the exit code is 1. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
