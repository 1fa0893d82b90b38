import type { KubeObject } from "#api/meta/object-meta.ts";
import type { Decoded } from "#api/schema/decode.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";
import type { UnreadablePolicy } from "./policy-watch.ts";

/** Where exceptions of one kind are kept. Both give the policies whose verdicts may change. */
export interface WatchedExceptions<T> {
  put(document: T): readonly string[];
  remove(key: string): readonly string[];
}

export interface ExceptionWatchOptions<T> {
  readonly index: WatchedExceptions<T>;
  readonly decode: (value: unknown) => Decoded<T>;
  /** Verdicts of these policies, as the index names them, may have changed. Never called without any. */
  readonly onConcerned: (policies: ReadonlySet<string>) => void;
  readonly onUnreadable: (exception: UnreadablePolicy) => void;
}

/** Keeps the index of exceptions as the API server has them. */
export interface ExceptionWatch {
  readonly handlers: SourceHandlers;
  /** Listed to the end at least once. */
  isSynced(): boolean;
}

export function createExceptionWatch<T>(options: ExceptionWatchOptions<T>): ExceptionWatch {
  const { index } = options;
  const seen = new Map<string, { readonly uid: string; readonly epoch: number }>();
  let synced = false;

  const keyOf = ({ metadata }: KubeObject): string => {
    const { namespace } = metadata;
    return `${typeof namespace === "string" ? namespace : ""}/${metadata.name}`;
  };
  const tell = (concerned: Iterable<string>): void => {
    const policies = new Set(concerned);
    if (policies.size > 0) options.onConcerned(policies);
  };

  const take = (object: KubeObject, epoch: number): readonly string[] => {
    const key = keyOf(object);
    seen.set(key, { uid: object.metadata.uid, epoch });
    const decoded = options.decode(object);
    if (decoded.ok) return index.put(decoded.value);
    options.onUnreadable({ key: `PolicyException/${key}`, problems: decoded.problems });
    // What cannot be read covers nothing.
    return index.remove(key);
  };
  const remove = (key: string): readonly string[] => {
    seen.delete(key);
    return index.remove(key);
  };

  return {
    isSynced: () => synced,
    handlers: {
      onListStart: () => {},
      onPage: (objects, page) => {
        tell(
          objects.flatMap((object) => (page.superseded(object.metadata.uid) ? [] : take(object, page.epoch))),
        );
        return Promise.resolve();
      },
      onEvent: (type, object, epoch) => {
        const key = keyOf(object);
        if (type !== "DELETED") tell(take(object, epoch));
        // Another exception of that name may be there already.
        else if (seen.get(key)?.uid === object.metadata.uid) tell(remove(key));
        return Promise.resolve();
      },
      onSynced: (epoch) => {
        const gone = [...seen].filter(([, known]) => known.epoch < epoch).map(([key]) => key);
        tell(gone.flatMap((key) => remove(key)));
        synced = true;
        return Promise.resolve();
      },
      onState: () => {},
    },
  };
}
