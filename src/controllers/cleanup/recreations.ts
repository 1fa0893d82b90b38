import type { Candidate } from "./run/candidate.ts";

/** Remembers which names come back after they were deleted, and slows their deletion down. */
export interface Recreations {
  /** It was deleted now. True where this is the time to tell people about a loop. */
  note(cause: string, target: Pick<Candidate, "type" | "namespace" | "name">): boolean;
  /** True while the name waits for its next deletion. */
  waits(cause: string, target: Pick<Candidate, "type" | "namespace" | "name">): boolean;
}

export interface RecreationOptions {
  readonly now: () => number;
  /** Deletions of one name after which it waits. Default 5. */
  readonly after?: number;
  /** Names that are remembered; beyond it those forgotten longest. Default 50,000. */
  readonly maxNames?: number;
}

const firstWaitMs = 600_000;
const longestWaitMs = 86_400_000;
/** A name that did not come back for so long begins anew. */
const forgetMs = 2 * longestWaitMs;

interface Memory {
  count: number;
  lastMs: number;
}

/** After `after` deletions of one name by one cause the next waits 10 minutes, then twice as long, at most a day. */
export function createRecreations({ now, after = 5, maxNames = 50_000 }: RecreationOptions): Recreations {
  const names = new Map<string, Memory>();
  const keyOf = (
    cause: string,
    { type, namespace, name }: Pick<Candidate, "type" | "namespace" | "name">,
  ): string => JSON.stringify([cause, type.group, type.resource, namespace, name]);
  const recall = (key: string): Memory | undefined => {
    const memory = names.get(key);
    if (memory === undefined || now() - memory.lastMs < forgetMs) return memory;
    names.delete(key);
    return undefined;
  };
  return {
    note(cause, target) {
      const key = keyOf(cause, target);
      const count = (recall(key)?.count ?? 0) + 1;
      names.delete(key);
      names.set(key, { count, lastMs: now() });
      for (const oldest of names.keys()) {
        if (names.size <= maxNames) break;
        names.delete(oldest);
      }
      return count === after;
    },
    waits(cause, target) {
      const memory = recall(keyOf(cause, target));
      if (memory === undefined || memory.count < after) return false;
      const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(memory.count - after, 20));
      return now() - memory.lastMs < waitMs;
    },
  };
}
