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
  /** What is known now. As long as labels are what they were, it is the same object. */
  peek(namespace: string): Labels | undefined;
  readonly size: number;
}

interface Known {
  readonly labels: Labels;
  /** Order-independent text of the labels. */
  readonly text: string;
  readonly uid: string;
  epoch: number;
}

/** Names of namespaces that were asked for and did not exist: as many are remembered as deserve it. */
const maxMissing = 1_000;

function known(object: KubeObject, epoch: number): Known {
  const labels = decodeMeta(object)?.labels ?? {};
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { labels, text: JSON.stringify(sorted), uid: object.metadata.uid, epoch };
}

export function createNamespaceLabels(options: NamespaceLabelsOptions): NamespaceLabels {
  const namespaces = new Map<string, Known>();
  const missing = new Set<string>();
  const reading = new Map<string, Promise<Labels | undefined>>();
  let epochNow = 0;

  const note = (object: KubeObject, epoch: number): void => {
    const { name } = object.metadata;
    const before = namespaces.get(name);
    const after = known(object, epoch);
    const isSame = before?.text === after.text && before.uid === after.uid;
    if (isSame) before.epoch = epoch;
    else namespaces.set(name, after);
    const wasMissing = missing.delete(name);
    if (wasMissing || (before !== undefined && before.text !== after.text)) options.onChange(name);
  };

  const read = async (name: string): Promise<Labels | undefined> => {
    const object = await options.read(name);
    // The watch may have told of it meanwhile, and what it says is newer.
    if (!namespaces.has(name)) {
      if (object !== undefined) namespaces.set(name, known(object, epochNow));
      else if (missing.size < maxMissing) missing.add(name);
    }
    return namespaces.get(name)?.labels;
  };

  const readOnce = (name: string): Promise<Labels | undefined> => {
    const running = reading.get(name);
    if (running !== undefined) return running;
    const started = read(name).finally(() => reading.delete(name));
    reading.set(name, started);
    return started;
  };

  return {
    of: (namespace) => namespaces.get(namespace)?.labels ?? readOnce(namespace),
    peek: (namespace) => namespaces.get(namespace)?.labels,
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
        const { name, uid } = object.metadata;
        if (type !== "DELETED") note(object, epoch);
        // Another namespace of that name may be there already.
        else if (namespaces.get(name)?.uid === uid) namespaces.delete(name);
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
