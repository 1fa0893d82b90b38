import type { MutateTask } from "./mutate-task.ts";
import type { RunTally } from "./run-tally.ts";

/** What is known of a task since the process began. */
export interface Standing {
  /** Objects that it changed. */
  readonly changed: number;
  /** Runs, by trigger, whose last try failed. */
  readonly failing: number;
  readonly lastError: string | undefined;
}

/** Remembers what is going well and what is not; bounded, whatever the number of triggers. */
export interface Standings {
  of(taskKey: string): Standing;
  /** A run ended. `subject` is the trigger's uid, empty for a run without one. True where its failure is news. */
  note(
    task: MutateTask,
    subject: string,
    tally: RunTally,
  ): { readonly isNews: boolean; readonly wasFailing: boolean };
  /** A target could not be made as it should be. True where that is news. */
  targetFailed(taskKey: string, uid: string, message: string): boolean;
  /** It is as it should be. True where it was not before. */
  targetIsFine(taskKey: string, uid: string): boolean;
  forget(taskKey: string): void;
}

interface Record {
  changed: number;
  lastError: string | undefined;
  /** By subject: what was said of it last. */
  readonly failing: Map<string, string>;
}

const maxFailing = 5_000;
const maxFailingTargets = 20_000;
const maxMessageLength = 500;

export function createStandings(): Standings {
  const records = new Map<string, Record>();
  /** By task, then by uid: what was said of it last. */
  const failingTargets = new Map<string, Map<string, string>>();
  let failing = 0;
  let targets = 0;

  const recordOf = (key: string): Record => {
    const known = records.get(key);
    if (known !== undefined) return known;
    const fresh: Record = { changed: 0, lastError: undefined, failing: new Map() };
    records.set(key, fresh);
    return fresh;
  };

  return {
    of(key) {
      const record = records.get(key);
      return {
        changed: record?.changed ?? 0,
        failing: record?.failing.size ?? 0,
        lastError: record?.lastError,
      };
    },
    note(task, subject, { changed, failed, messages }) {
      const record = recordOf(task.key);
      record.changed += changed;
      const before = record.failing.get(subject);
      if (failed === 0) {
        if (record.failing.delete(subject)) failing -= 1;
        if (record.failing.size === 0) record.lastError = undefined;
        return { isNews: false, wasFailing: before !== undefined };
      }
      const message = messages.join("; ").slice(0, maxMessageLength);
      record.lastError = message;
      if (before !== undefined) record.failing.set(subject, message);
      else if (failing < maxFailing) {
        record.failing.set(subject, message);
        failing += 1;
      }
      return { isNews: before !== message, wasFailing: before !== undefined };
    },
    targetFailed(key, uid, message) {
      const known = failingTargets.get(key) ?? new Map<string, string>();
      const said = message.slice(0, maxMessageLength);
      if (known.get(uid) === said) return false;
      if (!known.has(uid)) {
        if (targets >= maxFailingTargets) return true;
        targets += 1;
      }
      known.set(uid, said);
      failingTargets.set(key, known);
      return true;
    },
    targetIsFine(key, uid) {
      const wasFailing = failingTargets.get(key)?.delete(uid) === true;
      if (wasFailing) targets -= 1;
      return wasFailing;
    },
    forget(key) {
      targets -= failingTargets.get(key)?.size ?? 0;
      failingTargets.delete(key);
      failing -= records.get(key)?.failing.size ?? 0;
      records.delete(key);
    },
  };
}
