/** A signature that does not hold, or none where one is needed: a verdict in the making, not an outage. */
export class VerifyFailure extends Error {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = "VerifyFailure";
  }
}

/** A policy that asks for what this version does not do, or that is wrong: nobody's signature can be judged by it. */
export class AttestorProblem extends Error {
  constructor(message: string) {
    super(message);
    this.name = "AttestorProblem";
  }
}

/** What an error says, for a message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
