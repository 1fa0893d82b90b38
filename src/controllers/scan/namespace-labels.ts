import { decodeMeta } from "#api/meta/object-meta.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";

type Labels = Readonly<Record<string, string>>;

export interface NamespaceLabelsOptions {
  /** Reads one Namespace; undefined where it does not exist. */
  readonly read: (name: string) => Promise<KubeObject | undefined>;
  /** The labels of a namespace are not what they were. */
  readonly onChange: (namespace: string) => void;
}

/** The labels of all namespaces, kept by a metadata-only watch. */
export interface NamespaceLabels {
  readonly handlers: SourceHandlers;
  /** At once where they are known; a namespace that the watch has not told of yet is read. */
  of(namespace: string): Labels | undefined | Promise<Labels | undefined>;
  readonly size: number;
}

interface Known {
  readonly labels: Labels;
  /** Order-independent text of the labels. */
  readonly text: string;
  epoch: number;
}

function known(object: KubeObject, epoch: number): Known {
  const labels = decodeMeta(object)?.labels ?? {};
  return {
    labels,
    text: JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    epoch,
  };
}

export function createNamespaceLabels(options: NamespaceLabelsOptions): NamespaceLabels {
  const namespaces = new Map<string, Known>();
  let epochNow = 0;

  const note = (object: KubeObject, epoch: number): void => {
    const { name } = object.metadata;
    const before = namespaces.get(name);
    const after = known(object, epoch);
    namespaces.set(name, after);
    if (before !== undefined && before.text !== after.text) options.onChange(name);
  };

  const read = async (name: string): Promise<Labels | undefined> => {
    const object = await options.read(name);
    if (object === undefined) return undefined;
    // The watch may have told of it meanwhile, and what it says is newer.
    if (!namespaces.has(name)) namespaces.set(name, known(object, epochNow));
    return namespaces.get(name)?.labels;
  };

  return {
    of: (namespace) => namespaces.get(namespace)?.labels ?? read(namespace),
    get size() {
      return namespaces.size;
    },
    handlers: {
      onListStart: (epoch) => {
        epochNow = epoch;
      },
      onPage: (objects, page) => {
        for (const object of objects) {
          if (!page.superseded(object.metadata.uid)) note(object, page.epoch);
        }
        return Promise.resolve();
      },
      onEvent: (type, object, epoch) => {
        if (type === "DELETED") namespaces.delete(object.metadata.name);
        else note(object, epoch);
        return Promise.resolve();
      },
      onSynced: (epoch) => {
        for (const [name, entry] of namespaces) if (entry.epoch < epoch) namespaces.delete(name);
        return Promise.resolve();
      },
      onState: () => {},
    },
  };
}
