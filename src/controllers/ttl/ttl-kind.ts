import { decodeMeta } from "#api/meta/object-meta.ts";
import type { KubeObject, ObjectMeta } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { SourceHandlers, SourceState } from "#kube/list-watch/source.ts";

/** Told of the labelled objects of a kind. */
export interface TtlKindListener {
  seen(type: ResourceType, meta: ObjectMeta): void;
  gone(uid: string): void;
  stateOf(type: ResourceType, state: SourceState): void;
}

/** The handlers of the watch of one kind; whatever a list does not show any more is gone, or lost its label. */
export function createTtlKind(
  type: ResourceType,
  listener: TtlKindListener,
): SourceHandlers & { forgetAll(): void } {
  const epochs = new Map<string, number>();
  const take = (object: KubeObject, epoch: number): void => {
    const meta = decodeMeta(object);
    if (meta === undefined) return;
    epochs.set(meta.uid, epoch);
    listener.seen(type, meta);
  };
  const drop = (uid: string): void => {
    epochs.delete(uid);
    listener.gone(uid);
  };
  return {
    onListStart: () => {},
    onPage: (objects, page) => {
      for (const object of objects) if (!page.superseded(object.metadata.uid)) take(object, page.epoch);
      return Promise.resolve();
    },
    onEvent: (event, object, epoch) => {
      if (event === "DELETED") drop(object.metadata.uid);
      else take(object, epoch);
      return Promise.resolve();
    },
    onSynced: (epoch) => {
      for (const [uid, seen] of epochs) if (seen < epoch) drop(uid);
      return Promise.resolve();
    },
    onState: (state) => listener.stateOf(type, state),
    forgetAll: () => {
      for (const uid of epochs.keys()) drop(uid);
    },
  };
}
