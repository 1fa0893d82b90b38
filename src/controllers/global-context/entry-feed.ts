import type { Json } from "#engine/values/json.ts";

/** How the data of an entry stand. */
export type FeedState =
  | { readonly kind: "loading" }
  /** Read; `refreshedMs` is the wall time of the last reading. */
  | { readonly kind: "ready"; readonly refreshedMs: number }
  | { readonly kind: "failed"; readonly reason: string };

/** Where the data of one entry come from: a watched kind, or a call that is made again and again. */
export interface EntryFeed {
  state(): FeedState;
  /** The data, while it is ready. As long as they are what they were, `version` is the same. */
  data(): Json;
  /** Grows with each change of the data. */
  version(): number;
  /** Something that kept it from being read may be over: tries again now where it failed. */
  retry(): void;
  stop(): Promise<void>;
}

/** Memory that all entries share. */
export interface SharedBytes {
  /** Takes `bytes` more, or nothing where they are not to be had. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

export function createSharedBytes(maxBytes: number): SharedBytes {
  let used = 0;
  return {
    take(bytes) {
      if (used + bytes > maxBytes) return false;
      used += bytes;
      return true;
    },
    give(bytes) {
      used -= bytes;
    },
  };
}
