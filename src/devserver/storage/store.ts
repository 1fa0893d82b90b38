import type { JsonObject } from "../json/json.ts";

/** One committed change. `before` is absent for a creation, `after` for a removal. */
export interface Change {
  readonly revision: number;
  readonly collection: string;
  readonly key: string;
  readonly before?: JsonObject;
  /** For a removal: the last state, with the resourceVersion of the removal. */
  readonly object: JsonObject;
  readonly removed: boolean;
}

export type ChangeListener = (change: Change) => void;

/** What a snapshot file holds. */
export interface StoreContents {
  readonly revision: number;
  readonly collections: Readonly<Record<string, readonly (readonly [string, JsonObject])[]>>;
}

interface Shelf {
  readonly objects: Map<string, JsonObject>;
  /** Keys in order; undefined when keys were added or removed since they were sorted. */
  sorted: readonly string[] | undefined;
}

/**
 * Objects in memory under one counter of revisions, with a bounded history for watches and for lists of the past. Every
 * commit is one step: nothing is ever seen half done. Objects are never changed once they are in.
 */
export class Store {
  readonly #shelves = new Map<string, Shelf>();
  readonly #listeners = new Set<ChangeListener>();
  readonly #maxHistory: number;
  #history: Change[] = [];
  #revision: number;
  #compacted: number;

  constructor(maxHistory: number, contents: StoreContents = { revision: 1, collections: {} }) {
    this.#maxHistory = maxHistory;
    this.#revision = contents.revision;
    this.#compacted = contents.revision;
    for (const [id, entries] of Object.entries(contents.collections)) {
      this.#shelves.set(id, { objects: new Map(entries), sorted: undefined });
    }
  }

  /** The revision of the last commit. */
  get revision(): number {
    return this.#revision;
  }

  /** Changes up to this revision are forgotten. */
  get compacted(): number {
    return this.#compacted;
  }

  get(collection: string, key: string): JsonObject | undefined {
    return this.#shelves.get(collection)?.objects.get(key);
  }

  size(collection: string): number {
    return this.#shelves.get(collection)?.objects.size ?? 0;
  }

  collections(): readonly string[] {
    return [...this.#shelves.keys()];
  }

  /** Keys and objects in order of the keys, of now. */
  list(collection: string): readonly (readonly [string, JsonObject])[] {
    const shelf = this.#shelves.get(collection);
    if (shelf === undefined) return [];
    shelf.sorted ??= [...shelf.objects.keys()].sort();
    return shelf.sorted.flatMap((key) => {
      const object = shelf.objects.get(key);
      return object === undefined ? [] : [[key, object] as const];
    });
  }

  /** As `list`, of an earlier revision, which must not be compacted. */
  listAt(collection: string, revision: number): readonly (readonly [string, JsonObject])[] {
    const objects = new Map(this.#shelves.get(collection)?.objects);
    for (let i = this.#history.length - 1; i >= 0; i -= 1) {
      const change = this.#history[i];
      if (change === undefined || change.revision <= revision) break;
      if (change.collection !== collection) continue;
      if (change.before === undefined) objects.delete(change.key);
      else objects.set(change.key, change.before);
    }
    return [...objects].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** Changes of a collection after a revision, which must not be compacted. */
  changesAfter(collection: string, revision: number): readonly Change[] {
    return this.#history.filter((change) => change.revision > revision && change.collection === collection);
  }

  /**
   * Puts an object; `build` gets the resourceVersion that it must carry. Returns what is stored now.
   */
  put(collection: string, key: string, build: (resourceVersion: string) => JsonObject): JsonObject {
    let shelf = this.#shelves.get(collection);
    if (shelf === undefined) {
      shelf = { objects: new Map(), sorted: undefined };
      this.#shelves.set(collection, shelf);
    }
    const before = shelf.objects.get(key);
    const revision = this.#revision + 1;
    const object = build(String(revision));
    if (before === undefined) shelf.sorted = undefined;
    shelf.objects.set(key, object);
    this.#commit({
      revision,
      collection,
      key,
      object,
      removed: false,
      ...(before === undefined ? {} : { before }),
    });
    return object;
  }

  /** Removes an object and returns its last state, with the resourceVersion of the removal. */
  remove(collection: string, key: string): JsonObject | undefined {
    const shelf = this.#shelves.get(collection);
    const before = shelf?.objects.get(key);
    if (shelf === undefined || before === undefined) return undefined;
    const revision = this.#revision + 1;
    shelf.objects.delete(key);
    shelf.sorted = undefined;
    const metadata = { ...(before["metadata"] as JsonObject), resourceVersion: String(revision) };
    const object = { ...before, metadata };
    this.#commit({ revision, collection, key, before, object, removed: true });
    return object;
  }

  /** Forgets all history: watches and lists of earlier revisions are answered with 410 from now on. */
  compact(): void {
    this.#history = [];
    this.#compacted = this.#revision;
  }

  /** Counts a revision without a change, as writes to anything else do. */
  skipRevision(): void {
    this.#revision += 1;
  }

  /** Calls the listener with every change from now on, in order, within the commit. Returns how to end it. */
  subscribe(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  contents(): StoreContents {
    const shelves = [...this.#shelves].map(([id, shelf]) => [id, [...shelf.objects]] as const);
    return { revision: this.#revision, collections: Object.fromEntries(shelves) };
  }

  #commit(change: Change): void {
    this.#revision = change.revision;
    this.#history.push(change);
    if (this.#history.length > this.#maxHistory * 1.25) {
      const dropped = this.#history.splice(0, this.#history.length - this.#maxHistory);
      this.#compacted = dropped.at(-1)?.revision ?? this.#compacted;
    }
    this.#listeners.forEach((listener) => listener(change));
  }
}
