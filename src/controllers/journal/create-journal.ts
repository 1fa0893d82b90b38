import { buildJournalEntry } from "#engine/cleanup/journal/journal-entry.ts";
import type { DeletedObject } from "#engine/cleanup/journal/journal-entry.ts";
import { JournalFailure } from "#engine/cleanup/journal/journal-failure.ts";
import { WriteFenced } from "#kube/client/api-error.ts";
import { stringifyJson } from "#kube/client/json.ts";
import type { JournalBatch, JournalStore } from "./journal-store.ts";

/** Told of what is kept and what cannot be. */
export interface JournalObserver {
  kept(entries: number): void;
  /** Nothing of this batch was written. */
  failed(failure: JournalFailure): void;
}

export interface JournalOptions {
  readonly store: JournalStore;
  readonly includeSecretData: boolean;
  /** UTC, whole seconds. */
  readonly time: () => string;
  readonly observer: JournalObserver;
}

/** Keeps what is about to be deleted. */
export interface DeletionJournal {
  /** Resolves when all are safe. Rejects with a `JournalFailure` where one is not: then none of them may be deleted. */
  keep(objects: readonly DeletedObject[]): Promise<void>;
  prune(): Promise<void>;
  readonly bytes: number;
  /** Accepts nothing more, and resolves when what is under way is written. */
  stop(): Promise<void>;
}

interface Waiting {
  readonly object: DeletedObject;
  readonly line: string;
  readonly settle: (failure?: Error) => void;
}

/** Characters of one write, before they are compressed. */
const maxBatchLength = 2 * 1024 * 1024;

/**
 * Writes entries one batch after the other: whatever comes while a batch is on its way goes with the next one, so that
 * many deletes at once cost few writes. A batch holds entries of one run.
 */
export function createJournal({ store, includeSecretData, time, observer }: JournalOptions): DeletionJournal {
  let waiting: Waiting[] = [];
  let isWriting = false;
  let written: Promise<void> = Promise.resolve();
  let stopped = false;
  /** The store is asked for one thing at a time. */
  let turn: Promise<void> = Promise.resolve();

  const inTurn = (act: () => Promise<void>): Promise<void> => {
    const acted = turn.then(act);
    turn = acted.catch(() => {});
    return acted;
  };

  const write = async (batch: readonly Waiting[]): Promise<void> => {
    const [first] = batch;
    if (first === undefined) return;
    const { cause, run } = first.object;
    const content: JournalBatch = { cause, run, lines: batch.map(({ line }) => line) };
    try {
      await inTurn(() => store.append(content));
    } catch (error) {
      if (error instanceof WriteFenced) {
        for (const { settle } of batch) settle(error);
        return;
      }
      const failure = failureOf(error);
      // One object that is too large must not keep those beside it from going.
      if (failure.reason === "too large" && batch.length > 1) {
        const middle = Math.ceil(batch.length / 2);
        await write(batch.slice(0, middle));
        return write(batch.slice(middle));
      }
      observer.failed(failure);
      for (const { settle } of batch) settle(failure);
      return;
    }
    observer.kept(batch.length);
    for (const { settle } of batch) settle();
  };

  const takeBatch = (): readonly Waiting[] => {
    const [first] = waiting;
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    let length = 0;
    for (const item of waiting) {
      const fits = batch.length === 0 || length + item.line.length <= maxBatchLength;
      if (fits && first !== undefined && isOfSameRun(item.object, first.object)) {
        batch.push(item);
        length += item.line.length;
      } else rest.push(item);
    }
    waiting = rest;
    return batch;
  };

  const writeAll = async (): Promise<void> => {
    isWriting = true;
    while (waiting.length > 0) await write(takeBatch());
    isWriting = false;
  };

  const keepOne = (object: DeletedObject): Promise<void> =>
    new Promise((resolve, reject) => {
      const line = stringifyJson(buildJournalEntry(object, { time: time(), includeSecretData }));
      waiting.push({
        object,
        line,
        settle: (failure) => (failure === undefined ? resolve() : reject(failure)),
      });
    });

  return {
    async keep(objects) {
      if (stopped) throw new JournalFailure("unavailable", "the process stops");
      const kept = Promise.all(objects.map(keepOne));
      if (!isWriting) written = writeAll();
      await kept;
    },
    prune: () => inTurn(() => store.prune()),
    get bytes() {
      return store.bytes;
    },
    async stop() {
      stopped = true;
      await written;
      await inTurn(() => store.close());
    },
  };
}

function isOfSameRun(a: DeletedObject, b: DeletedObject): boolean {
  const [one, other] = [a.cause, b.cause];
  return (
    a.run === b.run && one.kind === other.kind && one.namespace === other.namespace && one.name === other.name
  );
}

function failureOf(error: unknown): JournalFailure {
  if (error instanceof JournalFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new JournalFailure("unavailable", message, { cause: error });
}
