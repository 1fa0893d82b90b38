import type { KubeObject } from "#api/meta/object-meta.ts";
import type { Json } from "#engine/values/json.ts";
import { approximateBytes } from "./approximate-bytes.ts";
import type { SharedBytes } from "./entry-feed.ts";

/** The objects of a watched kind, as rules see them, within a bound. */
export interface KeptObjects {
  /** Whether what rules see changed; `full` where the object did not fit. */
  put(object: KubeObject, epoch: number): "same" | "changed" | "full";
  /** True where the object was here. */
  remove(object: KubeObject): boolean;
  /** Forgets what was not seen since the list of this epoch began; true where something was. */
  sweep(epoch: number): boolean;
  clear(): void;
  /** All of them by namespace and name. As long as they are what they were, it is the same list. */
  list(): readonly Json[];
  readonly bytes: number;
}

export interface KeptObjectsOptions {
  readonly hash: (object: KubeObject) => string;
  readonly maxBytes: number;
  /** The bound of all entries together. */
  readonly shared: SharedBytes;
}

interface Kept {
  readonly object: Json;
  readonly uid: string;
  readonly hash: string;
  readonly bytes: number;
  epoch: number;
}

/** Who wrote which field is of no use to rules, and half of many an object. */
function withoutManagedFields(object: KubeObject): Json {
  const metadata = Object.fromEntries(
    Object.entries(object.metadata).filter(([field]) => field !== "managedFields"),
  );
  // What the client parses is JSON, and nothing else.
  return { ...object, metadata } as unknown as Json;
}

export function createKeptObjects({ hash, maxBytes, shared }: KeptObjectsOptions): KeptObjects {
  const objects = new Map<string, Kept>();
  let bytes = 0;
  let listed: readonly Json[] | undefined;

  const keyOf = ({ metadata }: KubeObject): string => {
    const { namespace } = metadata;
    return `${typeof namespace === "string" ? namespace : ""}/${metadata.name}`;
  };
  const drop = (key: string): void => {
    const size = objects.get(key)?.bytes ?? 0;
    bytes -= size;
    shared.give(size);
    objects.delete(key);
    listed = undefined;
  };

  return {
    put(object, epoch) {
      const key = keyOf(object);
      const before = objects.get(key);
      const seen = hash(object);
      if (before?.hash === seen) {
        before.epoch = epoch;
        return "same";
      }
      if (before !== undefined) drop(key);
      const kept = withoutManagedFields(object);
      const size = key.length + approximateBytes(kept);
      if (bytes + size > maxBytes || !shared.take(size)) return "full";
      bytes += size;
      objects.set(key, { object: kept, uid: object.metadata.uid, hash: seen, bytes: size, epoch });
      listed = undefined;
      return "changed";
    },
    remove(object) {
      const key = keyOf(object);
      // Another object of that name may be there already.
      if (objects.get(key)?.uid !== object.metadata.uid) return false;
      drop(key);
      return true;
    },
    sweep(epoch) {
      const gone = [...objects].filter(([, kept]) => kept.epoch < epoch);
      for (const [key] of gone) drop(key);
      return gone.length > 0;
    },
    clear() {
      for (const key of objects.keys()) drop(key);
    },
    list() {
      listed ??= [...objects].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, { object }]) => object);
      return listed;
    },
    get bytes() {
      return bytes;
    },
  };
}
