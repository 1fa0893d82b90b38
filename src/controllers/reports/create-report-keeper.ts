import type { KubeObject } from "#api/meta/object-meta.ts";
import { splitApiVersion } from "#api/meta/resource-type.ts";
import { ownsUid } from "#api/meta/uid-range.ts";
import type { UidRange } from "#api/meta/uid-range.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { pause } from "#controllers/runtime/clock.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { runReconcileLoop } from "#controllers/runtime/reconcile-loop.ts";
import { resyncPriority } from "#controllers/runtime/work-queue.ts";
import type { ReportFormat } from "#reports/build-report.ts";
import type { ReportOwner } from "#reports/owner.ts";
import type { KindFamily, PolicyFacts } from "#reports/policy-facts.ts";
import { isStale, reportScopeOf } from "#reports/stale-results.ts";
import { decodeStoredReport } from "#reports/stored-report.ts";
import { defaultMaxResultBytes } from "#reports/trim.ts";
import type { Logger } from "#telemetry/logger.ts";
import { isOfScan } from "./desired-report.ts";
import { doubtful, KeeperState, settleEvents, signatureOf } from "./keeper-state.ts";
import { learnReport } from "./learn-report.ts";
import { ledgerFlag } from "./ledger.ts";
import type { ReportKeeper } from "./report-keeper.ts";
import { createReportSightings } from "./report-sightings.ts";
import type { ReportStore } from "./report-store.ts";
import { createReportWorker } from "./report-worker.ts";
import type { WorkerObserver } from "./report-worker.ts";
import { createReportWriter } from "./report-writer.ts";
import type { IsAlive, WriterObserver } from "./report-writer.ts";
import { createResultHash, verdictsOf } from "./result-hash.ts";
import type { Verdict } from "./result-hash.ts";

export interface KeeperObserver extends WriterObserver, WorkerObserver {}

export interface ReportKeeperDeps {
  /** Its writes are fenced by the lease. */
  readonly store: ReportStore;
  readonly format: ReportFormat;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Random per process. */
  readonly hashKey: Uint8Array;
  readonly uidRange: UidRange;
  /** Writes at a time; no more than there are connections. */
  readonly concurrency: number;
  /** Reports that may wait for their write; whoever brings more waits. */
  readonly maxQueued: number;
  readonly facts: PolicyFacts;
  readonly isAlive: IsAlive;
  /** Asks for a fresh verdict on an object: its report was changed by others, or could not be written. */
  readonly rejudge: (uid: string) => void;
  readonly log: Logger;
  readonly observer: KeeperObserver;
  /** Ends everything, as `stop` does. */
  readonly signal: AbortSignal;
  readonly maxResultBytes?: number;
  /** Garbage collection gets so long before what is left is deleted here. */
  readonly goneGraceMs?: number;
}

/** What the intake of foreign results needs beside the port of the scan. */
export interface ResultIntake {
  /** Merges results of single events into the owner's report; rejects where they could not be written for now. */
  mergeEvents(owner: ReportOwner, events: readonly PolicyReportResult[]): Promise<void>;
}

const listRetryMs = 1_000;
const maxListRetryMs = 60_000;
const defaultGoneGraceMs = 30_000;
const urgentPriority = 10;

/**
 * Keeps the stored reports true, as their only writer. It knows a hash per report and policy; results are held only
 * while they wait for their write. Work is keyed by uid in one queue, so that writes of one report never overlap and
 * newer results take the place of older ones.
 */
export function createReportKeeper(deps: ReportKeeperDeps): ReportKeeper & ResultIntake {
  const { store, clock, facts, log, isAlive, rejudge } = deps;
  const graceMs = deps.goneGraceMs ?? defaultGoneGraceMs;
  const resultHash = createResultHash(deps.hashKey);
  const state = new KeeperState(deps);
  const { ledger, pending, queue } = state;
  const stopping = new AbortController();
  const signal = AbortSignal.any([stopping.signal, deps.signal]);
  let loop: Promise<void> = Promise.resolve();
  let sources: readonly { stop(): Promise<void> }[] = [];

  const ownerGone = (uid: string): void => {
    pending.supersede(uid);
    settleEvents(pending.take(uid));
    if (ledger.get(uid) === undefined) return;
    if (state.isAbsent(uid)) {
      state.forget(uid);
      return;
    }
    state.deferred.delete(uid);
    state.chores.delete(uid);
    state.setFlags(uid, ledgerFlag.gone);
    state.goneDueMs.set(uid, clock.monotonicMs() + graceMs);
    queue.add(uid, { afterMs: graceMs, priority: resyncPriority });
    state.noteIdle();
  };

  const sightings = createReportSightings({
    state,
    uidRange: deps.uidRange,
    isAlive,
    rejudge,
    ownerGone,
    log,
    clock,
    signal,
  });
  const writeReport = createReportWriter({
    store,
    ledger,
    echoes: state.echoes,
    facts,
    isAlive,
    resultHash,
    format: deps.format,
    maxResultBytes: deps.maxResultBytes ?? defaultMaxResultBytes,
    now: () => clock.now(),
    hasNewer: (uid) => pending.has(uid),
    observer: deps.observer,
  });
  const reconcile = createReportWorker({ ...deps, state, writeReport, sightings, resultHash });

  const learn = (object: KubeObject): void => {
    const stored = decodeStoredReport(object);
    if (stored?.managed !== true || !ownsUid(deps.uidRange, stored.meta.name)) return;
    const { entry, verdicts } = learnReport(stored, facts, resultHash);
    ledger.set(stored.meta.name, entry, verdicts);
    // Where the scan judges the kind, it hands in the whole report soon: one write instead of two.
    if ((entry.flags & ledgerFlag.stale) !== 0 && !facts.isWatched(entry.family)) {
      state.addChore(stored.meta.name);
    }
  };

  const listStored = async (): Promise<void> => {
    for (let delayMs = listRetryMs; !signal.aborted; delayMs = Math.min(maxListRetryMs, delayMs * 2)) {
      try {
        await store.list((objects) => objects.forEach(learn), signal);
        return;
      } catch (error) {
        if (signal.aborted) return;
        log.warn("stored reports cannot be listed, trying again", { error });
        await pause(clock, delayMs * (1 - deps.random() / 2), signal);
      }
    }
  };

  const changes = (owner: ReportOwner, verdicts: readonly Verdict[]): boolean => {
    const { uid } = owner;
    const entry = ledger.get(uid);
    if (entry === undefined) return verdicts.length > 0;
    if ((entry.flags & (ledgerFlag.gone | ledgerFlag.unwatched)) !== 0) return true;
    if ((entry.flags & doubtful) !== 0 && !pending.has(uid)) return true;
    const known = ledger.verdicts(uid);
    if (known.length === 0 && verdicts.length === 0) return false;
    return signatureOf(known, entry.ownerHash) !== signatureOf(verdicts, resultHash.ofOwner(owner));
  };

  const accept = (
    owner: ReportOwner,
    results: readonly PolicyReportResult[],
    verdicts: readonly Verdict[],
    priority: number,
  ): boolean => {
    const { uid } = owner;
    if (results.length === 0 && state.isAbsent(uid)) {
      settleEvents(pending.take(uid), new Error("the object has no results any more"));
      state.forget(uid);
      return false;
    }
    const entry = ledger.get(uid);
    const resourceVersion = entry?.resourceVersion ?? "";
    const knowsStored = entry !== undefined && resourceVersion !== "" && !state.running.has(uid);
    if (knowsStored && !pending.has(uid)) {
      state.storedSignatures.set(uid, signatureOf(ledger.verdicts(uid), entry.ownerHash));
    }
    state.goneDueMs.delete(uid);
    const flags = (entry?.flags ?? 0) & ~(ledgerFlag.gone | ledgerFlag.unwatched);
    const ownerHash = resultHash.ofOwner(owner);
    ledger.set(uid, { ...identityOf(owner), resourceVersion, ownerHash, flags }, verdicts);
    pending.add(uid, { owner, scan: results });
    queue.add(uid, { priority });
    return true;
  };

  const acceptEvents = (owner: ReportOwner, events: readonly PolicyReportResult[]): Promise<void> => {
    const { uid } = owner;
    if ((ledger.flags(uid) & ledgerFlag.gone) !== 0) {
      // They would wait for a report that is about to be deleted, for ever.
      return Promise.reject(new Error("the object is gone, as far as is known"));
    }
    if (ledger.get(uid) === undefined) {
      // Whether a report exists is known only after a look.
      const ownerHash = resultHash.ofOwner(owner);
      const flags = ledgerFlag.marked;
      ledger.set(uid, { ...identityOf(owner), resourceVersion: "", ownerHash, flags }, []);
    }
    return new Promise((resolve, reject) => {
      const onSettled = (error?: Error): void => (error === undefined ? resolve() : reject(error));
      pending.addEvents(uid, { owner, events, onSettled: [onSettled] });
      queue.add(uid);
    });
  };

  /** Takes the scan's part out of a report whose kind it does not judge any more. */
  const release = (uid: string): void => {
    const entry = ledger.get(uid);
    if (entry === undefined || (entry.flags & ledgerFlag.gone) !== 0) return;
    const isEmpty = ledger.verdicts(uid).length === 0 && (entry.flags & ledgerFlag.stale) === 0;
    if (isEmpty && !pending.has(uid)) return;
    pending.supersede(uid);
    const work = pending.take(uid);
    state.deferred.delete(uid);
    if (state.isAbsent(uid) && work?.events === undefined) {
      state.forget(uid);
      return;
    }
    ledger.set(uid, { ...entry, flags: entry.flags | ledgerFlag.unwatched }, []);
    if (work?.events !== undefined) {
      const { scan: _, ...events } = work;
      pending.add(uid, events);
    }
    state.addChore(uid);
  };

  const uidsOf = (family: KindFamily): readonly string[] =>
    [...ledger.uids()].filter((uid) => ledger.isOf(uid, family));

  return {
    async start() {
      await listStored();
      if (signal.aborted) return;
      sources = sightings.watches.map(({ namespaced, watch }) => store.watch(namespaced, watch.handlers));
      loop = runReconcileLoop({ queue, reconcile, workers: deps.concurrency, clock, log, signal });
    },
    differs(uid, policy, results) {
      if ((ledger.flags(uid) & doubtful) !== 0 && !pending.has(uid)) return true;
      const known = ledger.verdict(uid, policy);
      if (results.length === 0) return known !== undefined;
      return known?.hash !== resultHash.ofResults(results);
    },
    policiesOf: (uid) => ledger.verdicts(uid).map(({ policy }) => policy),
    wasFailing: (uid, policy) => ledger.verdict(uid, policy)?.failing === true,
    async put(owner, results, { urgent }) {
      const { uid } = owner;
      if (signal.aborted || !ownsUid(deps.uidRange, uid)) return false;
      const verdicts = verdictsOf(results, resultHash);
      pending.supersede(uid);
      if (!changes(owner, verdicts)) return false;
      // What was true before the wait may be otherwise after it.
      return pending.whenRoom(
        uid,
        "newest",
        (isWanted) =>
          isWanted &&
          changes(owner, verdicts) &&
          accept(owner, results, verdicts, urgent ? urgentPriority : 0),
      );
    },
    async mergeEvents(owner, events) {
      const { uid } = owner;
      if (signal.aborted || !ownsUid(deps.uidRange, uid)) return;
      const scope = reportScopeOf(owner);
      // Most of what admission tells is what the scan says better: that needs no look at the report.
      const wanted = events.filter((event) => !isOfScan(event, facts) && !isStale(event, scope, facts));
      if (wanted.length === 0) return;
      await pending.whenRoom(uid, "all", (isWanted) => {
        if (!isWanted) throw new Error("the process stops");
        return acceptEvents(owner, wanted);
      });
    },
    ownerGone,
    kindUnwatched(family) {
      uidsOf(family).forEach(release);
      return Promise.resolve();
    },
    policiesWent() {
      for (const uid of ledger.uids()) {
        const flags = ledger.flags(uid);
        if ((flags & ledgerFlag.shared) === 0 || (flags & ledgerFlag.gone) !== 0) continue;
        state.setFlags(uid, ledgerFlag.stale);
        state.addChore(uid);
      }
    },
    kindSynced(family) {
      for (const uid of uidsOf(family)) {
        const flags = ledger.flags(uid);
        if ((flags & ledgerFlag.gone) !== 0) continue;
        if (isAlive(family, uid) === "gone") ownerGone(uid);
        else if ((flags & ledgerFlag.stale) !== 0 && !pending.has(uid) && !state.running.has(uid)) {
          state.addChore(uid);
        }
      }
      return Promise.resolve();
    },
    idle: () => state.idle(),
    stats() {
      const marked = [...ledger.uids()].filter((uid) => (ledger.flags(uid) & ledgerFlag.marked) !== 0);
      return {
        reports: ledger.size,
        queued: pending.size + state.running.size + state.chores.size,
        deferred: state.deferred.size,
        marked: marked.length,
      };
    },
    async stop() {
      stopping.abort();
      queue.shutDown();
      pending.close();
      await Promise.all(sources.map((source) => source.stop()));
      await loop;
    },
  };
}

/** What of an owner the ledger keeps in clear. */
function identityOf({ apiVersion, kind, namespace }: ReportOwner): {
  readonly family: KindFamily;
  readonly namespace?: string;
} {
  const family = { group: splitApiVersion(apiVersion).group, kind };
  return namespace === undefined ? { family } : { family, namespace };
}
