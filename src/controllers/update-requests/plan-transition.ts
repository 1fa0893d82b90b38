/** What became of a request. */
export type RequestOutcome =
  | { readonly kind: "completed" }
  | { readonly kind: "failed"; readonly message: string };

/** The part of a request's status that decides what is next. */
export interface RequestStatus {
  /** Empty where it has none yet. */
  readonly state: string;
  readonly retryCount: number;
}

/** What is to be done with a request as it is found. */
export type RequestStep =
  /** Whoever wrote it has not said yet that it is complete: it may be adopted later. */
  | { readonly kind: "wait"; readonly delayMs: number }
  | { readonly kind: "run" }
  /** It failed, and its next try is due later: then it is pending again. */
  | { readonly kind: "rearm"; readonly delayMs: number }
  | { readonly kind: "delete" }
  /** Nothing is known of such a state, or somebody wants it to be left alone. */
  | { readonly kind: "leave" };

/** A request without a state was left behind by a crash between its creation and its status. */
const adoptAfterMs = 30_000;
/** The fifth failure is the last. */
const maxFailures = 5;
const firstRetryMs = 1_000;

/** How long after its n-th failure a request is tried again. */
export function retryDelayMs(failures: number): number {
  return firstRetryMs * 2 ** Math.max(0, Math.min(failures, maxFailures) - 1);
}

/** Decides by state, age and what this process knows of its last failure. */
export function planStep(
  status: RequestStatus,
  known: { readonly ageMs: number; readonly sinceFailureMs: number | undefined },
): RequestStep {
  switch (status.state) {
    case "Pending":
      return { kind: "run" };
    case "":
      return known.ageMs >= adoptAfterMs
        ? { kind: "run" }
        : { kind: "wait", delayMs: adoptAfterMs - known.ageMs };
    case "Completed":
      return { kind: "delete" };
    case "Failed": {
      if (status.retryCount >= maxFailures) return { kind: "delete" };
      const waitedMs = known.sinceFailureMs ?? 0;
      return { kind: "rearm", delayMs: Math.max(0, retryDelayMs(status.retryCount) - waitedMs) };
    }
    default:
      return { kind: "leave" };
  }
}

/** The status after a run, and whether the request is given up with it. */
export function planStatus(
  before: RequestStatus,
  outcome: RequestOutcome,
): { readonly status: object; readonly isLast: boolean } {
  if (outcome.kind === "completed") return { status: { state: "Completed", message: null }, isLast: true };
  const retryCount = before.retryCount + 1;
  const message = outcome.message.slice(0, maxMessageLength);
  return { status: { state: "Failed", message, retryCount }, isLast: retryCount >= maxFailures };
}

const maxMessageLength = 4_000;
