import type { Clock } from "#controllers/runtime/clock.ts";
import { done } from "#controllers/runtime/reconcile-loop.ts";
import type { Outcome } from "#controllers/runtime/reconcile-loop.ts";
import { WriteFenced } from "#kube/client/api-error.ts";
import type { Logger } from "#telemetry/logger.ts";
import { doubtful, maxRetryMs, settleEvents, signatureOf } from "./keeper-state.ts";
import type { KeeperState } from "./keeper-state.ts";
import { ledgerFlag } from "./ledger.ts";
import type { LedgerEntry } from "./ledger.ts";
import type { ReportWork } from "./pending-work.ts";
import type { ReportSightings } from "./report-sightings.ts";
import type { ReportPlace } from "./report-store.ts";
import type { IsAlive, WriteResult } from "./report-writer.ts";
import { verdictsOf } from "./result-hash.ts";
import type { ResultHash } from "./result-hash.ts";

export interface WorkerObserver {
  /** Another tool has an object under the name of a report of ours; told once until that changes. */
  foreign(place: ReportPlace): void;
  /** Results were given up for now, because they cannot be written; the object is judged again later. */
  deferred(place: ReportPlace): void;
}

export interface ReportWorkerDeps {
  readonly state: KeeperState;
  readonly writeReport: (uid: string, work: ReportWork | undefined) => Promise<WriteResult>;
  readonly sightings: ReportSightings;
  readonly resultHash: ResultHash;
  readonly isAlive: IsAlive;
  readonly rejudge: (uid: string) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly observer: WorkerObserver;
}

/** After so many failures in a row the results are dropped and the object is judged again later. */
const maxAttempts = 8;
/** Between two requests to judge an object again whose report cannot be written. */
const deferredMs = 60_000;
const fencedMs = 1_000;

/**
 * Does what is due for one report. A failed write is tried again with backoff; when it keeps failing, its results are let
 * go, so that memory stays bounded while the API server is away, and a fresh verdict is asked for until one is written.
 */
export function createReportWorker(deps: ReportWorkerDeps): (uid: string) => Promise<Outcome> {
  const { state, clock, observer } = deps;
  const { ledger, echoes, pending, queue, running, chores, deferred, storedSignatures } = state;

  /** True where the last write made the report what is wanted now: A, then B, then A again before B was written. */
  const isStoredAlready = (uid: string, work: ReportWork | undefined): boolean => {
    const entry = ledger.get(uid);
    if (entry === undefined || work?.scan === undefined || work.events !== undefined) return false;
    if ((entry.flags & (doubtful | ledgerFlag.gone)) !== 0 || entry.resourceVersion === "") return false;
    return storedSignatures.get(uid) === signatureOf(ledger.verdicts(uid), entry.ownerHash);
  };

  const noteSettled = (uid: string, work: ReportWork | undefined): void => {
    deferred.delete(uid);
    if (work?.scan !== undefined && pending.has(uid)) {
      const ownerHash = deps.resultHash.ofOwner(work.owner);
      storedSignatures.set(uid, signatureOf(verdictsOf(work.scan, deps.resultHash), ownerHash));
    } else storedSignatures.delete(uid);
    settleEvents(work);
  };

  const defer = (uid: string, work: ReportWork | undefined, error: unknown): void => {
    if (work !== undefined && !deferred.has(uid)) observer.deferred(state.placeOf(uid));
    state.setFlags(uid, ledgerFlag.marked);
    deferred.add(uid);
    settleEvents(work, error instanceof Error ? error : new Error(String(error)));
  };

  const write = async (uid: string, work: ReportWork | undefined): Promise<Outcome> => {
    const wasForeign = (ledger.flags(uid) & ledgerFlag.foreign) !== 0;
    const result = isStoredAlready(uid, work) ? "settled" : await deps.writeReport(uid, work);
    if (result === "settled") {
      noteSettled(uid, work);
      return done;
    }
    const place = state.placeOf(uid);
    const problem = "another tool has an object under the name of a report; it is left alone";
    if (!wasForeign) {
      observer.foreign(place);
      deps.log.error(problem, { ...place });
    }
    defer(uid, work, new Error(problem));
    return { kind: "requeueAfter", delayMs: maxRetryMs };
  };

  const sweep = async (uid: string, entry: LedgerEntry): Promise<Outcome> => {
    const waitMs = (state.goneDueMs.get(uid) ?? 0) - clock.monotonicMs();
    if (waitMs > 0) return { kind: "requeueAfter", delayMs: waitMs };
    if (deps.isAlive(entry.family, uid) !== "alive") {
      const outcome = await write(uid, undefined);
      if (ledger.get(uid) === undefined) state.goneDueMs.delete(uid);
      return outcome;
    }
    state.clearFlags(uid, ledgerFlag.gone);
    state.goneDueMs.delete(uid);
    deps.rejudge(uid);
    return done;
  };

  /** What there is to do for a report without results at hand. */
  const doChore = (uid: string, isChore: boolean): Promise<Outcome> => {
    const entry = ledger.get(uid);
    if (entry === undefined) return Promise.resolve(done);
    if ((entry.flags & ledgerFlag.gone) !== 0) return sweep(uid, entry);
    if (!deferred.has(uid)) return isChore ? write(uid, undefined) : Promise.resolve(done);
    deps.rejudge(uid);
    return Promise.resolve({ kind: "requeueAfter", delayMs: deferredMs * (1 + deps.random()) });
  };

  const noteFailure = (uid: string, work: ReportWork | undefined, error: unknown): Outcome => {
    const isFenced = error instanceof WriteFenced;
    if (work === undefined) chores.add(uid);
    else if (isFenced || queue.failures(uid) + 1 < maxAttempts) pending.giveBack(uid, work);
    else defer(uid, work, error);
    // The process ends with its lease; nothing else is wrong.
    if (isFenced) return { kind: "requeueAfter", delayMs: fencedMs };
    throw error;
  };

  return async (uid) => {
    const isGone = (ledger.flags(uid) & ledgerFlag.gone) !== 0;
    const work = isGone ? undefined : pending.take(uid);
    running.add(uid);
    echoes.begin(uid);
    // A chore that comes during the write is not done by it.
    const isChore = chores.delete(uid);
    try {
      return work === undefined ? await doChore(uid, isChore) : await write(uid, work);
    } catch (error) {
      if (isChore) chores.add(uid);
      return noteFailure(uid, work, error);
    } finally {
      running.delete(uid);
      for (const { watch } of deps.sightings.watches) watch.touched(uid);
      for (const sighting of echoes.end(uid)) deps.sightings.noteForeignWork(uid, sighting);
      state.noteIdle();
    }
  };
}
