import type { KubeObject } from "#api/meta/object-meta.ts";
import type { SourceHandlers, SourceState } from "#kube/list-watch/source.ts";

/** What a consumer of a source believes to exist; the simplest one that follows the contract. */
export interface SourceMirror {
  readonly handlers: SourceHandlers;
  /** `namespace/name@resourceVersion`, sorted. */
  contents(): string[];
  state(): SourceState | undefined;
  readonly epochs: { started: number; synced: number };
  /** Resolves when `holds` is true; looked at after every call. */
  until(holds: () => boolean): Promise<void>;
}

function textOf({ metadata }: KubeObject): string {
  const namespace = typeof metadata["namespace"] === "string" ? `${metadata["namespace"]}/` : "";
  return `${namespace}${metadata.name}@${metadata.resourceVersion}`;
}

/** `onPage` may be slowed down by the test. */
export function createSourceMirror(slowPage?: () => Promise<void>): SourceMirror {
  const known = new Map<string, { text: string; epoch: number }>();
  const epochs = { started: 0, synced: 0 };
  const waiting = new Set<() => void>();
  let state: SourceState | undefined;
  const changed = (): void => {
    for (const check of waiting) check();
  };
  return {
    epochs,
    state: () => state,
    contents: () => [...known.values()].map(({ text }) => text).sort(),
    until: (holds) =>
      new Promise((done) => {
        const check = (): void => {
          if (!holds()) return;
          waiting.delete(check);
          done();
        };
        waiting.add(check);
        check();
      }),
    handlers: {
      onListStart: (epoch) => {
        epochs.started = epoch;
        changed();
      },
      onPage: async (objects, page) => {
        await slowPage?.();
        for (const object of objects) {
          const { uid } = object.metadata;
          if (!page.superseded(uid)) known.set(uid, { text: textOf(object), epoch: page.epoch });
        }
        changed();
      },
      onEvent: async (type, object, epoch) => {
        if (type === "DELETED") known.delete(object.metadata.uid);
        else known.set(object.metadata.uid, { text: textOf(object), epoch });
        changed();
      },
      onSynced: async (epoch) => {
        for (const [uid, entry] of known) if (entry.epoch < epoch) known.delete(uid);
        epochs.synced = epoch;
        changed();
      },
      onState: (next) => {
        state = next;
        changed();
      },
    },
  };
}
