import type { JournalCause } from "#engine/cleanup/journal/journal-entry.ts";

/** Entries of one run that are written together. */
export interface JournalBatch {
  readonly cause: JournalCause;
  readonly run: string;
  /** One entry each, as JSON without line breaks. */
  readonly lines: readonly string[];
}

/** Where a journal is. All methods are called one after the other. */
export interface JournalStore {
  /** Resolves when the batch is safe, whatever happens to this process then. Rejects with a `JournalFailure`. */
  append(batch: JournalBatch): Promise<void>;
  /** Removes what is older than the retention. Rejects with a `JournalFailure`. */
  prune(): Promise<void>;
  /** Size of all that is there, as far as is known. */
  readonly bytes: number;
  close(): Promise<void>;
}
