import { decodeMeta } from "#api/meta/object-meta.ts";
import type { KubeObject, ObjectMeta } from "#api/meta/object-meta.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";

/** What there is to tell of the metadata of reports. */
export interface ReportWatchSink {
  seen(meta: ObjectMeta): void;
  deleted(uid: string): void;
  /** Everything is listed again; deletes of before will not be told any more. */
  synced(): void;
  /** Reports that exist as far as is known, of the scope that is watched; also those that are being written. */
  storedUids(): Iterable<string>;
  isBeingWritten(uid: string): boolean;
  degraded(reason: string): void;
}

/** Handlers of a metadata watch that also tell of reports that went while nobody looked. */
export interface ReportWatch {
  readonly handlers: SourceHandlers;
  /** An own write was about this report: a list that began before it proves nothing. */
  touched(uid: string): void;
}

/** An event of a write that was under way when a list ended comes within this time, or never. */
const confirmMs = 30_000;

/** A watch of one scope: reports of namespaced objects, or of cluster-scoped ones. Reports are named after uids. */
export function createReportWatch(sink: ReportWatchSink, clock: Clock, signal: AbortSignal): ReportWatch {
  // Names that were seen or written since the list began; only while one is under way.
  let named: Set<string> | undefined;

  // Written while a list ended that did not name them: they came after it, or went before it.
  let unconfirmed = new Set<string>();

  const confirmLater = (uids: readonly string[]): void => {
    if (uids.length === 0) return;
    const asked = new Set(uids);
    unconfirmed = asked;
    const confirm = (): void => {
      if (!signal.aborted) for (const uid of asked) sink.deleted(uid);
    };
    clock.setTimer(confirmMs, confirm, { background: true });
  };

  const take = (object: KubeObject): void => {
    const meta = decodeMeta(object);
    if (meta === undefined) return;
    named?.add(meta.name);
    unconfirmed.delete(meta.name);
    sink.seen(meta);
  };

  return {
    touched: (uid) => void named?.add(uid),
    handlers: {
      onListStart() {
        named = new Set();
      },
      onPage(objects, page) {
        for (const object of objects) if (!page.superseded(object.metadata.uid)) take(object);
        return Promise.resolve();
      },
      onEvent(type, object) {
        if (type === "DELETED") {
          named?.add(object.metadata.name);
          unconfirmed.delete(object.metadata.name);
          sink.deleted(object.metadata.name);
        } else take(object);
        return Promise.resolve();
      },
      onSynced() {
        const known = named;
        named = undefined;
        if (known === undefined) return Promise.resolve();
        sink.synced();
        const lost = [...sink.storedUids()].filter((uid) => !known.has(uid));
        confirmLater(lost.filter((uid) => sink.isBeingWritten(uid)));
        for (const uid of lost) if (!sink.isBeingWritten(uid)) sink.deleted(uid);
        return Promise.resolve();
      },
      onState(state) {
        if (state.kind === "degraded") sink.degraded(state.reason);
      },
    },
  };
}
