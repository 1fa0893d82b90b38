import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { ReportOwner } from "#reports/owner.ts";

/** What is to become of one report. */
export interface ReportWork {
  readonly owner: ReportOwner;
  /** The scan's whole part; absent: it stays as it is. */
  readonly scan?: readonly PolicyReportResult[];
  /** Results of single events, to be merged. */
  readonly events?: readonly PolicyReportResult[];
  /** Told when the events are written, or with the error for which they were given up. */
  readonly onSettled?: readonly ((error?: Error) => void)[];
}

/** The newer work on the same report; events of both count. */
function combineWork(older: ReportWork | undefined, newer: ReportWork): ReportWork {
  const scan = newer.scan ?? older?.scan;
  const events = [...(older?.events ?? []), ...(newer.events ?? [])];
  const onSettled = [...(older?.onSettled ?? []), ...(newer.onSettled ?? [])];
  return {
    // Who judges an object knows best what it is called.
    owner: newer.scan === undefined ? (older?.owner ?? newer.owner) : newer.owner,
    ...(scan === undefined ? {} : { scan }),
    ...(events.length === 0 ? {} : { events, onSettled }),
  };
}

/**
 * Work that is accepted and not begun, at most one piece per report and at most `maxQueued` pieces. Who brings more
 * waits; of several who wait with the same report only the last goes on.
 */
export class PendingWork {
  readonly #maxQueued: number;
  readonly #work = new Map<string, ReportWork>();
  readonly #tickets = new Map<string, symbol>();
  readonly #waiters = new Set<() => void>();
  #closed = false;

  constructor(maxQueued: number) {
    this.#maxQueued = maxQueued;
  }

  get size(): number {
    return this.#work.size;
  }

  has(uid: string): boolean {
    return this.#work.has(uid);
  }

  /**
   * Calls `act` once when work on `uid` may be added, in the same turn, so that nothing comes between. `act` is told
   * false where the wait was for nothing: newer work on the report came, or all is over. Those who may not be superseded
   * wait in a line of their own.
   */
  async whenRoom<T>(uid: string, line: "newest" | "all", act: (isWanted: boolean) => T): Promise<T> {
    if (this.#hasRoom(uid)) return act(!this.#closed);
    const ticket = Symbol(uid);
    if (line === "newest") this.#tickets.set(uid, ticket);
    while (!this.#hasRoom(uid)) {
      await new Promise<void>((resolve) => this.#waiters.add(resolve));
      if (line === "newest" && this.#tickets.get(uid) !== ticket) {
        // Woken for nothing: another one must not sleep on.
        this.#wakeOne();
        return act(false);
      }
    }
    if (line === "newest") this.#tickets.delete(uid);
    const outcome = act(!this.#closed);
    this.#wakeOne();
    return outcome;
  }

  /** Adds work where there is room. */
  add(uid: string, work: ReportWork): void {
    this.supersede(uid);
    this.#work.set(uid, combineWork(this.#work.get(uid), work));
  }

  /** Adds events to what waits for `uid`; results of the scan that still wait for room stay in line. */
  addEvents(uid: string, work: ReportWork): void {
    this.#work.set(uid, combineWork(this.#work.get(uid), work));
  }

  /** Whoever still waits with older work on `uid` gives up. */
  supersede(uid: string): void {
    this.#tickets.delete(uid);
  }

  take(uid: string): ReportWork | undefined {
    const work = this.#work.get(uid);
    this.#work.delete(uid);
    if (work !== undefined) this.#wakeOne();
    return work;
  }

  /** Puts work back that failed; what came meanwhile is newer. */
  giveBack(uid: string, work: ReportWork): void {
    const newer = this.#work.get(uid);
    this.#work.set(uid, newer === undefined ? work : combineWork(work, newer));
  }

  /** Ends all waits. */
  close(): void {
    this.#closed = true;
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }

  #hasRoom(uid: string): boolean {
    return this.#closed || this.#work.size < this.#maxQueued || this.#work.has(uid);
  }

  #wakeOne(): void {
    const [wake] = this.#waiters;
    if (wake === undefined || this.#work.size >= this.#maxQueued) return;
    this.#waiters.delete(wake);
    wake();
  }
}
