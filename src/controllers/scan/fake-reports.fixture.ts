import { splitApiVersion } from "#api/meta/resource-type.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { ReportOwner } from "#reports/owner.ts";
import type { PolicyRef } from "#reports/policy-ref.ts";
import type { ReportPort } from "./ports.ts";

interface FakeReport {
  readonly owner: ReportOwner;
  readonly results: readonly PolicyReportResult[];
}

/** A result as people compare it: without the time. */
function textOf({ policy, rule = "", result, message = "" }: PolicyReportResult): string {
  return `${policy}/${rule} ${result}: ${message}`;
}

function isOf({ source, policy }: PolicyRef): (result: PolicyReportResult) => boolean {
  return (result) => result.source === source && result.policy === policy;
}

/** The writer of reports as the scan sees it, in memory. `room` may make a put wait, as a full queue does. */
export class FakeReports implements ReportPort {
  readonly #reports = new Map<string, FakeReport>();
  readonly #tickets = new Map<string, symbol>();
  readonly #room: () => Promise<void> | undefined;
  /** What was written: `a: p/r fail: no`. */
  readonly writes: string[] = [];
  readonly calls: string[] = [];
  isAlive: (uid: string) => boolean = () => true;

  constructor(room: () => Promise<void> | undefined = () => undefined) {
    this.#room = room;
  }

  /** By name of the owner: `p/r fail`, in the order of the text. */
  shown(): Record<string, string[]> {
    const shown: Record<string, string[]> = {};
    for (const [uid, { owner, results }] of this.#reports) {
      if (results.length > 0) shown[`${owner.kind} ${uid}`] = results.map(textOf).toSorted();
    }
    return Object.fromEntries(Object.entries(shown).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  start(): Promise<void> {
    this.calls.push("start");
    return Promise.resolve();
  }

  differs(uid: string, policy: PolicyRef, results: readonly PolicyReportResult[]): boolean {
    const stored = (this.#reports.get(uid)?.results ?? []).filter(isOf(policy));
    return JSON.stringify(stored.map(textOf).toSorted()) !== JSON.stringify(results.map(textOf).toSorted());
  }

  wasFailing(uid: string, policy: PolicyRef): boolean {
    const stored = (this.#reports.get(uid)?.results ?? []).filter(isOf(policy));
    return stored.some(({ result }) => result === "fail" || result === "error");
  }

  async put(owner: ReportOwner, results: readonly PolicyReportResult[]): Promise<boolean> {
    const { uid } = owner;
    const ticket = Symbol(uid);
    this.#tickets.set(uid, ticket);
    await this.#room();
    if (this.#tickets.get(uid) !== ticket) return false;
    const before = (this.#reports.get(uid)?.results ?? []).map(textOf).toSorted();
    const after = results.map(textOf).toSorted();
    if (JSON.stringify(before) === JSON.stringify(after)) return false;
    this.#reports.set(uid, { owner, results });
    this.writes.push(`${uid}: ${after.join(", ")}`);
    return true;
  }

  ownerGone(uid: string): void {
    this.#tickets.delete(uid);
    this.#reports.delete(uid);
  }

  kindUnwatched({ group, kind }: { readonly group: string; readonly kind: string }): Promise<void> {
    this.calls.push(`unwatched ${kind}`);
    for (const [uid, { owner }] of this.#reports) {
      if (owner.kind !== kind || splitApiVersion(owner.apiVersion).group !== group) continue;
      this.ownerGone(uid);
    }
    return Promise.resolve();
  }

  policiesWent(): void {
    this.calls.push("policies went");
  }

  kindSynced({ kind }: { readonly group: string; readonly kind: string }): Promise<void> {
    this.calls.push(`synced ${kind}`);
    for (const [uid, { owner }] of this.#reports) {
      if (owner.kind === kind && !this.isAlive(uid)) this.ownerGone(uid);
    }
    return Promise.resolve();
  }
}
