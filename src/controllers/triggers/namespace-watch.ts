import { decodeMeta } from "#api/meta/object-meta.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";
import type { TriggerNamespaces } from "./trigger-feed.ts";

interface KnownNamespace {
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly isTerminating: boolean;
  epoch: number;
}

export interface NamespaceWatch extends TriggerNamespaces {
  readonly handlers: SourceHandlers;
  /** Resolves once all namespaces are known. */
  readonly synced: Promise<void>;
}

/** Keeps labels and state of all namespaces. `onCame` is told of each that can be written to from now on. */
export function createNamespaceWatch(onCame: (name: string) => void): NamespaceWatch {
  const known = new Map<string, KnownNamespace>();
  const synced = Promise.withResolvers<void>();

  const note = (object: KubeObject, epoch: number): void => {
    const meta = decodeMeta(object);
    if (meta === undefined) return;
    const before = known.get(meta.name);
    const isTerminating = meta.deletionTimestamp !== undefined;
    known.set(meta.name, { uid: meta.uid, labels: meta.labels, isTerminating, epoch });
    if (!isTerminating && before?.uid !== meta.uid) onCame(meta.name);
  };

  return {
    synced: synced.promise,
    labelsOf: (name) => known.get(name)?.labels,
    isTerminating: (name) => known.get(name)?.isTerminating === true,
    handlers: {
      onListStart: () => {},
      onPage: (objects, page) => {
        for (const object of objects) {
          if (!page.superseded(object.metadata.uid)) note(object, page.epoch);
        }
        return Promise.resolve();
      },
      onEvent: (type, object, epoch) => {
        const { name, uid } = object.metadata;
        if (type !== "DELETED") note(object, epoch);
        // Another namespace of that name may be there already.
        else if (known.get(name)?.uid === uid) known.delete(name);
        return Promise.resolve();
      },
      onSynced: (epoch) => {
        for (const [name, entry] of known) if (entry.epoch < epoch) known.delete(name);
        synced.resolve();
        return Promise.resolve();
      },
      onState: () => {},
    },
  };
}
