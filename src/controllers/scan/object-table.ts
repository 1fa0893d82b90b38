/** What is kept of an object: enough to find it again and to tell whether something changed. */
export interface ObjectRecord {
  readonly name: string;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  /** Keyed hash of what policies can see of the object. */
  seen: string;
  /** Number of the last change that policies can see, whether an event or a list told of it. */
  changed: number;
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
  #changes = 0;

  get size(): number {
    return this.#records.size;
  }

  /** Number of the latest change; an object whose `changed` is higher than a moment ago was overtaken since. */
  get changeNumber(): number {
    return this.#changes;
  }

  get(uid: string): ObjectRecord | undefined {
    return this.#records.get(uid);
  }

  has(uid: string): boolean {
    return this.#records.has(uid);
  }

  /** Notes an object that the list of `epoch`, or an event since it began, told of; gives its record. */
  note(
    uid: string,
    place: { readonly name: string; readonly namespace: string },
    epoch: number,
  ): ObjectRecord {
    const known = this.#records.get(uid);
    if (known !== undefined) {
      known.epoch = epoch;
      return known;
    }
    const namespace = this.#intern(place.namespace);
    const record: ObjectRecord = { name: place.name, namespace, seen: "", changed: 0, epoch };
    this.#records.set(uid, record);
    return record;
  }

  /**
   * Notes what policies see of the object now. Gives the number of the change, or undefined where it is what was seen
   * before: then whoever is judging it judges the right thing.
   */
  noteSeen(record: ObjectRecord, seen: string): number | undefined {
    if (record.seen === seen) return undefined;
    record.seen = seen;
    record.changed = ++this.#changes;
    return record.changed;
  }

  /** True where the object changed after change number `number`, or is gone. */
  changedSince(uid: string, number: number): boolean {
    return (this.#records.get(uid)?.changed ?? Infinity) > number;
  }

  /** Forgets an object; true where it was known. */
  remove(uid: string): boolean {
    return this.#records.delete(uid);
  }

  /** Forgets what the list of `epoch` did not see, and gives the uids. */
  sweep(epoch: number): string[] {
    const gone: string[] = [];
    for (const [uid, record] of this.#records) if (record.epoch < epoch) gone.push(uid);
    for (const uid of gone) this.remove(uid);
    return gone;
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
