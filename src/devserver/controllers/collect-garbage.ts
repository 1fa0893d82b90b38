import { draftOf, ensureDraft, isObject, listAt, textAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { ServerContext } from "../rest/api-request.ts";
import { deleteStored } from "../rest/delete.ts";
import type { Change } from "../storage/store.ts";
import type { WorkLoop } from "./work-loop.ts";

interface Place {
  readonly collection: string;
  readonly key: string;
}

const uncollected: ReadonlySet<string> = new Set(["/events"]);

function ownersOf(object: JsonObject | undefined): readonly JsonObject[] {
  return listAt(object, "metadata", "ownerReferences").filter(isObject);
}

/**
 * Deletes objects whose owners are all gone, as the garbage collector of Kubernetes does, and finishes deletions that wait
 * for dependents (`foregroundDeletion`) or let them go (`orphan`).
 */
export function runGarbageCollector(ctx: ServerContext, loop: WorkLoop): void {
  const collector = new GarbageCollector(ctx, loop);
  ctx.store.subscribe((change) => collector.onChange(change));
}

class GarbageCollector {
  readonly #ctx: ServerContext;
  readonly #loop: WorkLoop;
  readonly #places = new Map<string, Place>();
  /** Places of dependents by the uid of their owner. */
  readonly #dependents = new Map<string, Map<string, Place>>();

  constructor(ctx: ServerContext, loop: WorkLoop) {
    this.#ctx = ctx;
    this.#loop = loop;
    for (const collection of ctx.store.collections()) {
      for (const [key, object] of ctx.store.list(collection)) this.#learn({ collection, key }, object);
    }
  }

  #learn(place: Place, object: JsonObject): void {
    this.#places.set(textAt(object, "metadata", "uid"), place);
    const id = `${place.collection} ${place.key}`;
    for (const owner of ownersOf(object)) {
      const uid = textAt(owner, "uid");
      const known = this.#dependents.get(uid) ?? new Map<string, Place>();
      this.#dependents.set(uid, known.set(id, place));
    }
  }

  onChange({ collection, key, before, object, removed }: Change): void {
    if (uncollected.has(collection)) return;
    const place = { collection, key };
    const id = `${collection} ${key}`;
    for (const owner of ownersOf(before)) {
      const known = this.#dependents.get(textAt(owner, "uid"));
      known?.delete(id);
      if (known?.size === 0) this.#dependents.delete(textAt(owner, "uid"));
    }
    const uid = textAt(object, "metadata", "uid");
    if (!removed) {
      this.#learn(place, object);
      if (ownersOf(object).length > 0) this.#loop.add(`gc ${id}`, () => this.#collect(place));
      if (isWaiting(object)) this.#loop.add(`gc ${id}`, () => this.#finish(place));
      return;
    }
    this.#places.delete(uid);
    for (const dependent of this.#dependents.get(uid)?.values() ?? []) {
      this.#loop.add(`gc ${dependent.collection} ${dependent.key}`, () => this.#collect(dependent));
    }
    for (const owner of ownersOf(object)) {
      const home = this.#places.get(textAt(owner, "uid"));
      if (home !== undefined) this.#loop.add(`gc ${home.collection} ${home.key}`, () => this.#finish(home));
    }
  }

  /** Deletes the object where none of its owners lives. */
  #collect(place: Place): void {
    const object = this.#ctx.store.get(place.collection, place.key);
    if (object === undefined) return;
    if (isWaiting(object)) this.#finish(place);
    const owners = ownersOf(object);
    const lives = owners.some((owner) => {
      const home = this.#places.get(textAt(owner, "uid"));
      return (
        home !== undefined &&
        textAt(this.#ctx.store.get(home.collection, home.key), "metadata", "name") === textAt(owner, "name")
      );
    });
    if (owners.length === 0 || lives) return;
    this.#delete(place, object);
  }

  #delete({ collection }: Place, object: JsonObject): void {
    const served = this.#ctx.registry.collections().get(collection);
    if (served === undefined || textAt(object, "metadata", "deletionTimestamp") !== "") return;
    const name = textAt(object, "metadata", "name");
    const namespace = textAt(object, "metadata", "namespace");
    const options = { propagation: "Background", isDryRun: false } as const;
    deleteStored(this.#ctx, { served, name, namespace }, object, options);
  }

  /** Takes the collector's own finalizers off an object on its way out, when what they wait for is done. */
  #finish(place: Place): void {
    const { store } = this.#ctx;
    const object = store.get(place.collection, place.key);
    if (object === undefined || !isWaiting(object)) return;
    const finalizers = listAt(object, "metadata", "finalizers");
    const uid = textAt(object, "metadata", "uid");
    const dependents = [...(this.#dependents.get(uid)?.values() ?? [])];
    const done = new Set<string>();
    if (finalizers.includes("orphan")) {
      for (const dependent of dependents) this.#release(dependent, uid);
      done.add("orphan");
    } else if (finalizers.includes("foregroundDeletion")) {
      for (const dependent of dependents) {
        const one = store.get(dependent.collection, dependent.key);
        if (one !== undefined) this.#delete(dependent, one);
      }
      const isBlocked = (this.#dependents.get(uid)?.size ?? 0) > 0;
      if (!isBlocked) done.add("foregroundDeletion");
    }
    if (done.size === 0) return;
    const left = finalizers.filter((one) => !done.has(String(one)));
    if (left.length === 0) store.remove(place.collection, place.key);
    else putMetadata(this.#ctx, place, { finalizers: left });
  }

  /** Takes an owner off a dependent. */
  #release(place: Place, uid: string): void {
    const object = this.#ctx.store.get(place.collection, place.key);
    if (object === undefined) return;
    const owners = ownersOf(object).filter((owner) => textAt(owner, "uid") !== uid);
    putMetadata(this.#ctx, place, { ownerReferences: owners });
  }
}

function isWaiting(object: JsonObject): boolean {
  const finalizers = listAt(object, "metadata", "finalizers");
  return (
    textAt(object, "metadata", "deletionTimestamp") !== "" &&
    (finalizers.includes("foregroundDeletion") || finalizers.includes("orphan"))
  );
}

function putMetadata(
  { store }: ServerContext,
  place: Place,
  changes: Readonly<Record<string, readonly unknown[]>>,
): void {
  store.put(place.collection, place.key, (resourceVersion) => {
    const draft = draftOf(store.get(place.collection, place.key));
    const metadata = ensureDraft(draft, "metadata");
    metadata["resourceVersion"] = resourceVersion;
    for (const [name, list] of Object.entries(changes)) {
      if (list.length === 0) delete metadata[name];
      else metadata[name] = list;
    }
    return draft;
  });
}
