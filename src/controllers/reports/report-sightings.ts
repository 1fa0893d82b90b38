import type { ObjectMeta } from "#api/meta/object-meta.ts";
import { ownsUid } from "#api/meta/uid-range.ts";
import type { UidRange } from "#api/meta/uid-range.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import type { Logger } from "#telemetry/logger.ts";
import type { Sighting } from "./echo-filter.ts";
import type { KeeperState } from "./keeper-state.ts";
import { learnMetadata } from "./learn-report.ts";
import { ledgerFlag } from "./ledger.ts";
import { createReportWatch } from "./report-watch.ts";
import type { ReportWatch } from "./report-watch.ts";
import type { IsAlive } from "./report-writer.ts";

export interface SightingsDeps {
  readonly state: KeeperState;
  readonly uidRange: UidRange;
  readonly isAlive: IsAlive;
  readonly rejudge: (uid: string) => void;
  readonly ownerGone: (uid: string) => void;
  readonly log: Logger;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What the watches told of others' work on reports. */
export interface ReportSightings {
  /** One for reports of namespaced objects, one for those of cluster-scoped ones. */
  readonly watches: readonly { readonly namespaced: boolean; readonly watch: ReportWatch }[];
  /** What others did to a report while it was being written. */
  noteForeignWork(uid: string, sighting: Sighting): void;
}

/** Marks reports that others have changed and asks for a fresh verdict; the known resourceVersion stays. */
export function createReportSightings(deps: SightingsDeps): ReportSightings {
  const { state, rejudge } = deps;
  const { ledger, echoes } = state;

  const mark = (uid: string): void => {
    if ((ledger.flags(uid) & ledgerFlag.marked) !== 0) return;
    state.setFlags(uid, ledgerFlag.marked);
    rejudge(uid);
  };

  const noteDeleted = (uid: string, flags: number): void => {
    if ((flags & ledgerFlag.gone) === 0) {
      ledger.update(uid, { resourceVersion: "" });
      mark(uid);
    } else if (state.running.has(uid)) ledger.update(uid, { resourceVersion: "" });
    else state.forget(uid);
  };

  const noteForeignWork = (uid: string, sighting: Sighting): void => {
    const entry = ledger.get(uid);
    if (entry === undefined) return;
    if (sighting.kind === "deleted") {
      if (entry.resourceVersion !== "" || (entry.flags & ledgerFlag.gone) !== 0)
        noteDeleted(uid, entry.flags);
    } else if (sighting.resourceVersion !== entry.resourceVersion) mark(uid);
  };

  const meet = (meta: ObjectMeta): void => {
    const learned = learnMetadata(meta);
    ledger.set(meta.name, learned, []);
    if (deps.isAlive(learned.family, meta.name) === "gone") deps.ownerGone(meta.name);
    else rejudge(meta.name);
  };

  const seen = (meta: ObjectMeta): void => {
    const uid = meta.name;
    if (!ownsUid(deps.uidRange, uid)) return;
    const { resourceVersion } = meta;
    const entry = ledger.get(uid);
    if (entry !== undefined && entry.resourceVersion === resourceVersion) return;
    if (!echoes.isForeign(uid, { kind: "seen", resourceVersion })) return;
    if (entry === undefined) meet(meta);
    else noteForeignWork(uid, { kind: "seen", resourceVersion });
  };

  const deleted = (uid: string): void => {
    if (echoes.isForeign(uid, { kind: "deleted" })) noteForeignWork(uid, { kind: "deleted" });
  };

  function* storedUids(namespaced: boolean): Iterable<string> {
    for (const uid of ledger.uids()) {
      const entry = ledger.get(uid);
      if (entry === undefined || (entry.namespace !== undefined) !== namespaced) continue;
      if (entry.resourceVersion !== "" || state.running.has(uid)) yield uid;
    }
  }

  const watches = [true, false].map((namespaced) => ({
    namespaced,
    watch: createReportWatch(
      {
        seen,
        deleted,
        synced: () => echoes.forgetDeleted(),
        storedUids: () => storedUids(namespaced),
        isBeingWritten: (uid) => state.running.has(uid),
        degraded: (reason) => deps.log.warn("edits of reports by others are not seen now", { reason }),
      },
      deps.clock,
      deps.signal,
    ),
  }));
  return { watches, noteForeignWork };
}
