import type { KubeObject } from "#api/meta/object-meta.ts";
import { resourceTypeKey } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Source } from "#kube/list-watch/source.ts";
import type { DownstreamIndex, KnownDownstream } from "./downstream-index.ts";
import { downstreamOf, downstreamSelector, placeKey } from "./downstream.ts";
import type { GenerateWorld } from "./ports.ts";

/** Watches, by their labels and without their content, what policies made. */
export interface DownstreamWatch {
  /** Watches a kind; resolves once what policies made of it is known, or cannot be. */
  watch(type: ResourceType): Promise<void>;
  /** Resolves once every kind that is watched is known. */
  known(): Promise<void>;
  types(): readonly ResourceType[];
  stop(): Promise<void>;
}

export interface DownstreamChange {
  /** `changed`: somebody changed a field of ours. `gone`: it was deleted, or its labels were. */
  readonly what: "changed" | "gone";
  readonly downstream: KnownDownstream;
}

/** A kind that cannot be watched must not keep rules from being carried out. */
const knownWithinMs = 15_000;

export function createDownstreamWatch(
  world: Pick<GenerateWorld, "openSource" | "ownWrites">,
  index: DownstreamIndex,
  onChange: (change: DownstreamChange) => void,
): DownstreamWatch {
  const sources = new Map<
    string,
    { readonly type: ResourceType; readonly source: Source; readonly known: Promise<void> }
  >();

  const take = async (
    type: ResourceType,
    object: KubeObject,
    epoch: number,
    isListed: boolean,
  ): Promise<void> => {
    const isOwn = await world.ownWrites.isOwn(type, object);
    const seen = downstreamOf(type, object);
    if (seen === undefined) return;
    const before = index.at(placeKey(type, seen));
    if (isOwn && before !== undefined && before.uid === seen.uid) {
      // The answer to the write may be newer than this event.
      index.put({ ...before, epoch });
      return;
    }
    const isSame = before !== undefined && before.uid === seen.uid && before.ownFields === seen.ownFields;
    const isChanged = before === undefined ? isListed && seen.isTouched : !isSame && !isOwn;
    const downstream = { ...seen, written: isSame ? before.written : undefined, epoch };
    index.put(downstream);
    if (isChanged) onChange({ what: "changed", downstream });
  };

  const lose = (key: string, uid: string): void => {
    const known = index.at(key);
    if (known?.uid !== uid) return;
    index.remove(key);
    onChange({ what: "gone", downstream: known });
  };

  const open = (type: ResourceType): Source & { readonly ready: Promise<void> } => {
    const ready = Promise.withResolvers<void>();
    const source = world.openSource(
      { type, metadataOnly: true, labelSelector: downstreamSelector },
      {
        onListStart: () => {},
        onPage: async (objects, page) => {
          for (const object of objects) {
            if (!page.superseded(object.metadata.uid)) await take(type, object, page.epoch, true);
          }
        },
        onEvent: async (eventType, object, epoch) => {
          if (eventType !== "DELETED") return take(type, object, epoch, false);
          const { name, namespace, uid } = object.metadata;
          lose(placeKey(type, { name, namespace: typeof namespace === "string" ? namespace : "" }), uid);
        },
        onSynced: (epoch) => {
          for (const known of index.all()) {
            const isOfKind = resourceTypeKey(known.type) === resourceTypeKey(type);
            // What was written since the list began has the epoch 0, or is in the list.
            if (isOfKind && known.epoch < epoch && known.epoch > 0) lose(placeKey(type, known), known.uid);
          }
          ready.resolve();
          return Promise.resolve();
        },
        onState: (state) => {
          if (state.kind === "degraded") ready.resolve();
        },
      },
    );
    return Object.assign(source, { ready: ready.promise });
  };

  const timeout = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      setTimeout(resolve, delayMs).unref();
    });

  return {
    async watch(type) {
      const key = resourceTypeKey(type);
      let entry = sources.get(key);
      if (entry === undefined) {
        const source = open(type);
        entry = { type, source, known: Promise.race([source.ready, timeout(knownWithinMs)]) };
        sources.set(key, entry);
      }
      await entry.known;
    },
    async known() {
      await Promise.all([...sources.values()].map(({ known }) => known));
    },
    types: () => [...sources.values()].map(({ type }) => type),
    async stop() {
      await Promise.all([...sources.values()].map(({ source }) => source.stop()));
    },
  };
}
