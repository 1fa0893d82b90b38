/** What is kept of an object: enough to find it again and to tell whether an event changed anything. */
export interface ObjectRecord {
  readonly name: string;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  /** Keyed hash of what policies can see of the object. */
  seen: string;
  /** Number of the last watch event about it; 0 where only a list told of it. */
  lastEvent: number;
  /** The list in which it was seen last. */
  epoch: number;
}

/**
 * The objects of one served kind, by uid. It holds no object: its size grows with their number and the length of their
 * names only.
 */
export class ObjectTable {
  readonly #records = new Map<string, ObjectRecord>();
  readonly #namespaces = new Map<string, string>();
  #events = 0;

  get size(): number {
    return this.#records.size;
  }

  /** Number of the latest event; what has a higher `lastEvent` than a moment ago was overtaken since. */
  get eventNumber(): number {
    return this.#events;
  }

  get(uid: string): ObjectRecord | undefined {
    return this.#records.get(uid);
  }

  has(uid: string): boolean {
    return this.#records.has(uid);
  }

  /** Notes an object told of by a list (`event: false`) or by the watch, and gives its record. */
  note(
    uid: string,
    place: { readonly name: string; readonly namespace: string },
    seen: { readonly epoch: number; readonly event: boolean },
  ): ObjectRecord {
    const lastEvent = seen.event ? ++this.#events : 0;
    const known = this.#records.get(uid);
    if (known !== undefined) {
      known.epoch = seen.epoch;
      if (seen.event) known.lastEvent = lastEvent;
      return known;
    }
    const namespace = this.#intern(place.namespace);
    const record: ObjectRecord = { name: place.name, namespace, seen: "", lastEvent, epoch: seen.epoch };
    this.#records.set(uid, record);
    return record;
  }

  /** Forgets an object; true where it was known. */
  remove(uid: string): boolean {
    this.#events += 1;
    return this.#records.delete(uid);
  }

  /** Forgets what the list of `epoch` did not see, and gives the uids. */
  sweep(epoch: number): string[] {
    const gone: string[] = [];
    for (const [uid, record] of this.#records) if (record.epoch < epoch) gone.push(uid);
    for (const uid of gone) this.remove(uid);
    return gone;
  }

  uids(): IterableIterator<string> {
    return this.#records.keys();
  }

  /** One instance per namespace name, whatever the number of objects in it. */
  #intern(namespace: string): string {
    const known = this.#namespaces.get(namespace);
    if (known !== undefined) return known;
    if (this.#namespaces.size >= 10_000) this.#namespaces.clear();
    this.#namespaces.set(namespace, namespace);
    return namespace;
  }
}
