import { createBackoff } from "#controllers/runtime/backoff.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { createWorkQueue, resyncPriority } from "#controllers/runtime/work-queue.ts";
import type { WorkQueue } from "#controllers/runtime/work-queue.ts";
import { EchoFilter } from "./echo-filter.ts";
import { Ledger, ledgerFlag } from "./ledger.ts";
import { PendingWork } from "./pending-work.ts";
import type { ReportWork } from "./pending-work.ts";
import type { ReportPlace } from "./report-store.ts";
import type { Verdict } from "./result-hash.ts";

const retryBaseMs = 200;
/** The longest pause between two tries. */
export const maxRetryMs = 300_000;

/** The stored report may say something else than the ledger does. */
export const doubtful = ledgerFlag.trimmed | ledgerFlag.marked | ledgerFlag.stale | ledgerFlag.foreign;

export interface KeeperStateOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly maxQueued: number;
}

/** What the parts of the keeper share: what is known of reports, and what is to be done about them. */
export class KeeperState {
  readonly ledger = new Ledger();
  readonly echoes = new EchoFilter();
  readonly pending: PendingWork;
  /** Of uids: writes of one report never overlap. */
  readonly queue: WorkQueue<string>;
  /** Reports that are being worked on. */
  readonly running = new Set<string>();
  /** Reports that are to be looked at without results at hand. */
  readonly chores = new Set<string>();
  /** Reports whose results were given up for now. */
  readonly deferred = new Set<string>();
  /** When what is left of a gone object's report is deleted, by the monotonic clock. */
  readonly goneDueMs = new Map<string, number>();
  /** What is stored, for reports whose ledger entry tells of results that wait. */
  readonly storedSignatures = new Map<string, string>();
  readonly #idleWaiters = new Set<() => void>();

  constructor({ clock, random, maxQueued }: KeeperStateOptions) {
    this.pending = new PendingWork(maxQueued);
    const backoff = createBackoff<string>({ baseMs: retryBaseMs, maxMs: maxRetryMs, random });
    this.queue = createWorkQueue<string>({ clock, backoff });
  }

  setFlags(uid: string, flags: number): void {
    this.ledger.update(uid, { flags: this.ledger.flags(uid) | flags });
  }

  clearFlags(uid: string, flags: number): void {
    this.ledger.update(uid, { flags: this.ledger.flags(uid) & ~flags });
  }

  placeOf(uid: string): ReportPlace {
    const namespace = this.ledger.get(uid)?.namespace;
    return namespace === undefined ? { name: uid } : { namespace, name: uid };
  }

  /** True where nothing is stored, as far as is known, and no write is under way. */
  isAbsent(uid: string): boolean {
    const entry = this.ledger.get(uid);
    if (entry === undefined) return true;
    return entry.resourceVersion === "" && (entry.flags & doubtful) === 0 && !this.running.has(uid);
  }

  /** Has the report looked at when there is time. */
  addChore(uid: string): void {
    this.chores.add(uid);
    this.queue.add(uid, { priority: resyncPriority });
  }

  /** There is no report, and none is wanted. */
  forget(uid: string): void {
    this.ledger.delete(uid);
    this.queue.remove(uid);
    this.chores.delete(uid);
    this.deferred.delete(uid);
    this.goneDueMs.delete(uid);
    this.storedSignatures.delete(uid);
    this.noteIdle();
  }

  isIdle(): boolean {
    return (
      this.pending.size === 0 && this.running.size === 0 && this.chores.size === 0 && this.deferred.size === 0
    );
  }

  /** Resolves when everything that was accepted is done. */
  async idle(): Promise<void> {
    if (!this.isIdle()) await new Promise<void>((resolve) => this.#idleWaiters.add(resolve));
  }

  /** Called after each change that may have been the last piece of work. */
  noteIdle(): void {
    if (!this.isIdle()) return;
    for (const resolve of this.#idleWaiters) resolve();
    this.#idleWaiters.clear();
  }
}

/** Tells those who handed in events how it ended. */
export function settleEvents(work: ReportWork | undefined, error?: Error): void {
  for (const settle of work?.onSettled ?? []) settle(error);
}

/** Equal for reports that say the same of equally named objects. */
export function signatureOf(verdicts: readonly Verdict[], ownerHash: string): string {
  const parts = verdicts.map(({ policy, hash }) => JSON.stringify([policy.source, policy.policy, hash]));
  return `${ownerHash}${parts.toSorted().join("")}`;
}
