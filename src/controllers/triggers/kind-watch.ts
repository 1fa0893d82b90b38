import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Operation } from "#engine/input.ts";
import { isOlder } from "#kube/list-watch/resource-version.ts";
import type { SourceHandlers, SourceState } from "#kube/list-watch/source.ts";
import { isLastWrittenByUs } from "./own-writes.ts";
import { createProgress, laterVersion } from "./progress.ts";
import type { Position, Progress, ProgressToken } from "./progress.ts";
import type { TriggerCause } from "./trigger-event.ts";
import type { OwnWrites, TriggerPlace } from "./trigger-feed.ts";

/** A change of an object of one kind, by whoever. */
export interface Change {
  readonly operation: Operation;
  readonly cause: TriggerCause;
  readonly place: TriggerPlace;
  readonly object: KubeObject;
  readonly isKnownByNameOnly: boolean;
  readonly isOwn: boolean;
}

export interface KindWatchOptions {
  readonly type: ResourceType;
  /** Hashes what rules can see of an object; two states with equal hashes are no change. */
  readonly hash: (object: KubeObject) => string;
  readonly ownWrites: OwnWrites;
  /** Up to where the changes of the kind were worked off before this process began. */
  readonly start: Position | undefined;
  /** When that was written down, as the API server told. */
  readonly startedFrom: string | undefined;
  /** Awaited before the next change of the kind is taken. */
  readonly onChange: (change: Change, token: ProgressToken) => Promise<void> | void;
  readonly onSynced: (isFirst: boolean) => void;
  readonly onState: (state: SourceState) => void;
}

interface Row {
  readonly namespace: string;
  readonly name: string;
  readonly created: string;
  hash: string;
  epoch: number;
}

/** What is known of the objects of one kind. */
export interface KindWatch {
  readonly handlers: SourceHandlers;
  readonly progress: Progress;
  /** True once the first list is complete. */
  isSynced(): boolean;
  find(uid: string): TriggerPlace | undefined;
  /** Objects that were created at this time (RFC 3339) or later. */
  createdSince(time: string): Iterable<TriggerPlace>;
  readonly size: number;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Tells changes of the objects of one kind; keeps of each its place and a hash. */
export function createKindWatch(options: KindWatchOptions): KindWatch {
  const { type, ownWrites, start } = options;
  const rows = new Map<string, Row>();
  const progress = createProgress(start?.resourceVersion);
  let synced = false;
  let listing: ProgressToken | undefined;
  let highest: string | undefined;

  const placeOf = (uid: string, { namespace, name }: Pick<Row, "namespace" | "name">): TriggerPlace => ({
    type,
    namespace,
    name,
    uid,
  });

  /** What a list shows that was not known, or is not what it was; undefined where it only shows what exists. */
  const shownBy = (object: KubeObject, before: Row | undefined): Operation | undefined => {
    if (before !== undefined) return before.hash === options.hash(object) ? undefined : "UPDATE";
    if (synced) return "CREATE";
    const { metadata } = object;
    if (start === undefined || isOlder(start.resourceVersion, metadata.resourceVersion) !== true)
      return undefined;
    const from = start.createdFrom ?? options.startedFrom ?? "";
    return text(metadata["creationTimestamp"]) >= from ? "CREATE" : "UPDATE";
  };

  const take = (object: KubeObject, epoch: number): void => {
    const { metadata } = object;
    rows.set(metadata.uid, {
      namespace: text(metadata["namespace"]),
      name: metadata.name,
      created: text(metadata["creationTimestamp"]),
      hash: options.hash(object),
      epoch,
    });
    highest = laterVersion(highest, metadata.resourceVersion);
  };

  const tell = async (
    operation: Operation,
    cause: TriggerCause,
    object: KubeObject,
    token: ProgressToken,
    isKnownByNameOnly = false,
  ): Promise<void> => {
    const { uid, name } = object.metadata;
    // What is on its way out is told when it is gone.
    const isEnding = operation !== "DELETE" && text(object.metadata["deletionTimestamp"]) !== "";
    try {
      if (isEnding) return;
      const isOwn =
        operation !== "DELETE" &&
        ((await ownWrites.isOwn(type, object)) || (cause === "recovered" && isLastWrittenByUs(object)));
      const place = placeOf(uid, { namespace: text(object.metadata["namespace"]), name });
      await options.onChange({ operation, cause, place, object, isKnownByNameOnly, isOwn }, token);
    } finally {
      token.release();
    }
  };

  const gone = async (uid: string, row: Row): Promise<void> => {
    rows.delete(uid);
    const { namespace, name } = row;
    const object: KubeObject = {
      apiVersion: type.group === "" ? type.version : `${type.group}/${type.version}`,
      kind: type.kind,
      metadata: { name, uid, resourceVersion: "", ...(namespace === "" ? {} : { namespace }) },
    };
    await tell("DELETE", "recovered", object, progress.begin(undefined), true);
  };

  const handlers: SourceHandlers = {
    onListStart: () => {
      listing ??= progress.begin(undefined);
      highest = undefined;
    },
    onPage: async (objects, page) => {
      for (const object of objects) {
        if (page.superseded(object.metadata.uid)) continue;
        const before = rows.get(object.metadata.uid);
        const operation = shownBy(object, before);
        if (operation === undefined && before !== undefined) {
          before.epoch = page.epoch;
          highest = laterVersion(highest, object.metadata.resourceVersion);
        } else take(object, page.epoch);
        if (operation !== undefined) {
          await tell(operation, synced ? "watch" : "recovered", object, progress.begin(undefined));
        }
      }
    },
    onEvent: async (eventType, object, epoch) => {
      const { uid, resourceVersion } = object.metadata;
      const before = rows.get(uid);
      if (eventType === "DELETED") {
        rows.delete(uid);
        await tell("DELETE", "watch", object, progress.begin(resourceVersion));
        return;
      }
      const isChange = before?.hash !== options.hash(object);
      take(object, epoch);
      const created = before === undefined ? text(object.metadata["creationTimestamp"]) : undefined;
      const token = progress.begin(resourceVersion, created);
      if (!isChange) token.release();
      else await tell(before === undefined ? "CREATE" : "UPDATE", "watch", object, token);
    },
    onSynced: async (epoch) => {
      const isFirst = !synced;
      synced = true;
      const ended = [...rows].filter(([, row]) => row.epoch < epoch);
      for (const [uid, row] of ended) await gone(uid, row);
      // A kind without objects has nothing older than what comes.
      progress.listed(highest ?? "1");
      listing?.release();
      listing = undefined;
      options.onSynced(isFirst);
    },
    onState: options.onState,
  };

  return {
    handlers,
    progress,
    isSynced: () => synced,
    find(uid) {
      const row = rows.get(uid);
      return row === undefined ? undefined : placeOf(uid, row);
    },
    *createdSince(time) {
      for (const [uid, row] of rows) if (row.created >= time) yield placeOf(uid, row);
    },
    get size() {
      return rows.size;
    },
  };
}
