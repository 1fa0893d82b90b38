import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";

/** What a source reads. */
export interface Selection {
  readonly type: ResourceType;
  /** Absent: all namespaces, or cluster-scoped. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  /** Only metadata is asked for (PartialObjectMetadata). */
  readonly metadataOnly?: boolean;
}

export type WatchEventType = "ADDED" | "MODIFIED" | "DELETED";

export type SourceState =
  /** The first list is under way. */
  | { readonly kind: "syncing" }
  /** Listed to the end, and the watch is alive. */
  | { readonly kind: "live" }
  /** Not readable now (forbidden, gone, unreachable); it keeps trying. `reason` is for people. */
  | { readonly kind: "degraded"; readonly reason: string; readonly status?: number };

/**
 * What the consumer of a source is told. Calls never overlap for one source, except that `onEvent` may come while
 * `onPage` is awaited; a returned promise holds back further pages (or further events), never the other of the two.
 *
 * A list has an epoch, counted from 1. All objects that exist are delivered at least once per epoch, by page or by
 * event; when `onSynced(epoch)` comes, whatever was not seen since the epoch began is gone.
 */
export interface SourceHandlers {
  onListStart(epoch: number): void;
  /**
   * Objects of one page, without those of whom the watch has told something since the epoch began. The handler must
   * also call `superseded(uid)` before it acts on an object after an await: true means that an event overtook it.
   */
  onPage(
    objects: readonly KubeObject[],
    page: { readonly epoch: number; superseded(uid: string): boolean },
  ): Promise<void>;
  onEvent(type: WatchEventType, object: KubeObject, epoch: number): Promise<void>;
  onSynced(epoch: number): Promise<void>;
  onState(state: SourceState): void;
}

/** A running list and watch. */
export interface Source {
  readonly selection: Selection;
  state(): SourceState;
  /** Lists again although the watch is healthy: after a restore of etcd, or where the consumer lost track. */
  relist(reason: string): void;
  /** Stops reading; no handler is called after it resolves. */
  stop(): Promise<void>;
}
