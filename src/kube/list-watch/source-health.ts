import { ApiError } from "../client/api-error.ts";
import type { SourceState } from "./source.ts";

/** Puts together what the list and the watch of a source say about themselves, and tells of changes only. */
export interface SourceHealth {
  state(): SourceState;
  /** What fails now; undefined: it works. */
  setProblem(
    part: "list" | "watch",
    problem: { readonly what: string; readonly error: unknown } | undefined,
  ): void;
  /** Listed to the end: nothing fails about the list. */
  setListed(): void;
  /** The server accepted the watch: nothing fails about it. */
  setWatched(): void;
}

type Degraded = Extract<SourceState, { kind: "degraded" }>;

function degradedOf(what: string, error: unknown): Degraded {
  const text = error instanceof Error ? error.message : String(error);
  const reason = `${what}: ${text}`;
  return error instanceof ApiError
    ? { kind: "degraded", reason, status: error.status }
    : { kind: "degraded", reason };
}

function isSame(a: SourceState, b: SourceState): boolean {
  if (a.kind !== "degraded" || b.kind !== "degraded") return a.kind === b.kind;
  return a.reason === b.reason && a.status === b.status;
}

export function createSourceHealth(onState: (state: SourceState) => void): SourceHealth {
  const problems = new Map<"list" | "watch", Degraded>();
  let isListed = false;
  let isWatched = false;
  let last: SourceState = { kind: "syncing" };

  const current = (): SourceState => {
    const problem = problems.get("list") ?? problems.get("watch");
    if (problem !== undefined) return problem;
    return isListed && isWatched ? { kind: "live" } : { kind: "syncing" };
  };

  const tell = (): void => {
    const next = current();
    if (isSame(next, last)) return;
    last = next;
    onState(next);
  };

  return {
    state: () => last,
    setProblem: (part, problem) => {
      if (problem === undefined) problems.delete(part);
      else problems.set(part, degradedOf(problem.what, problem.error));
      tell();
    },
    setListed: () => {
      isListed = true;
      problems.delete("list");
      tell();
    },
    setWatched: () => {
      isWatched = true;
      problems.delete("watch");
      tell();
    },
  };
}
