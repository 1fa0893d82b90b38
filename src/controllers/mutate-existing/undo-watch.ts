/** A change that a task is about to make to an object. */
export interface PlannedChange {
  readonly task: string;
  readonly uid: string;
  /** What it changes (`changePrint`). */
  readonly print: string;
}

export type UndoVerdict =
  | { readonly kind: "go" }
  /** The same change was undone too often: it waits. */
  | { readonly kind: "wait"; readonly delayMs: number };

/** Finds out that somebody undoes what a task does, over and over, and makes the task slower from then on. */
export interface UndoWatch {
  /** Asked before each write. */
  judge(change: PlannedChange): UndoVerdict;
  /** The change was written. */
  written(change: PlannedChange): void;
  /** Objects over which a task is in a quarrel now. */
  quarrels(task: string): number;
  /** The task is gone, or its policy was edited. */
  forget(task: string): void;
}

interface Record {
  readonly times: number;
  readonly lastMs: number;
}

/** Making the same change to the same object so often within the window means that somebody undoes it. */
const toleratedTimes = 5;
const windowMs = 600_000;
const firstDelayMs = 5_000;
const maxDelayMs = 300_000;
const maxObjects = 20_000;
const go: UndoVerdict = { kind: "go" };

/**
 * The same change to the same object a sixth time within ten minutes waits, first for seconds, in the end for five minutes.
 * It is never given up: when whoever undoes it stops, it is made once more and holds.
 */
export function createUndoWatch(monotonicMs: () => number): UndoWatch {
  /** By task, then by uid and print; what was written last stands last. */
  const tasks = new Map<string, Map<string, Record>>();
  let size = 0;

  const keyOf = ({ uid, print }: PlannedChange): string => `${uid} ${print}`;

  const isOld = ({ times, lastMs }: Record, nowMs: number): boolean =>
    nowMs - lastMs > Math.max(windowMs, 2 * delayAfter(times));

  const forgetOldest = (): void => {
    for (const [task, records] of tasks) {
      for (const key of records.keys()) {
        records.delete(key);
        size -= 1;
        if (records.size === 0) tasks.delete(task);
        return;
      }
    }
  };

  return {
    judge(change) {
      const record = tasks.get(change.task)?.get(keyOf(change));
      const nowMs = monotonicMs();
      if (record === undefined || record.times < toleratedTimes || isOld(record, nowMs)) return go;
      const delayMs = record.lastMs + delayAfter(record.times) - nowMs;
      return delayMs <= 0 ? go : { kind: "wait", delayMs };
    },
    written(change) {
      const records = tasks.get(change.task) ?? new Map<string, Record>();
      tasks.set(change.task, records);
      const key = keyOf(change);
      const nowMs = monotonicMs();
      const known = records.get(key);
      if (known !== undefined) records.delete(key);
      else size += 1;
      const goesOn = known !== undefined && !isOld(known, nowMs);
      records.set(key, { times: goesOn ? known.times + 1 : 1, lastMs: nowMs });
      if (size > maxObjects) forgetOldest();
    },
    quarrels(task) {
      const nowMs = monotonicMs();
      let count = 0;
      for (const record of tasks.get(task)?.values() ?? [])
        if (record.times >= toleratedTimes && !isOld(record, nowMs)) count += 1;
      return count;
    },
    forget(task) {
      size -= tasks.get(task)?.size ?? 0;
      tasks.delete(task);
    },
  };
}

function delayAfter(times: number): number {
  if (times < toleratedTimes) return 0;
  return Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(times - toleratedTimes, 20));
}
