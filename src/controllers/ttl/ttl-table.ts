import type { ObjectMeta } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { IndexedHeap } from "#controllers/runtime/indexed-heap.ts";
import { protectMarker } from "#engine/cleanup/protection.ts";
import type { ProtectedMetadata } from "#engine/cleanup/protection.ts";
import { readTtl } from "./ttl-object.ts";

/** A labelled object that waits for its time. */
export interface TtlEntry {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly dueMs: number;
  readonly propagation?: "Foreground" | "Background" | "Orphan";
  /** The values of the protecting marker, as label and annotation. */
  readonly marker: Required<Pick<ProtectedMetadata, "labels" | "annotations">>;
}

/** An entry as the heap orders it: a failed delete waits beyond its time. */
interface Waiting {
  entry: TtlEntry;
  atMs: number;
  failures: number;
}

const firstRetryMs = 1_000;
const longestRetryMs = 300_000;

/** All labelled objects, ordered by time. What is kept of an object is its place, its versions and a time. */
export class TtlTable {
  readonly #waiting = new Map<string, Waiting>();
  readonly #invalid = new Map<string, string>();
  readonly #heap = new IndexedHeap<Waiting>((a, b) => a.atMs < b.atMs);

  /** Takes in an object as it is now. Returns what is wrong with its label the first time that it is. */
  note(type: ResourceType, meta: ObjectMeta): string | undefined {
    const { uid, name, namespace = "", resourceVersion } = meta;
    const state = readTtl(meta);
    if (state.kind !== "due") this.#drop(uid);
    if (state.kind === "invalid") {
      const isNew = this.#invalid.get(uid) !== state.problem;
      this.#invalid.set(uid, state.problem);
      return isNew ? state.problem : undefined;
    }
    this.#invalid.delete(uid);
    if (state.kind !== "due") return undefined;
    const { dueMs, propagation } = state;
    const entry: TtlEntry = {
      type,
      namespace,
      name,
      uid,
      resourceVersion,
      dueMs,
      ...(propagation === undefined ? {} : { propagation }),
      marker: { labels: markerOf(meta.labels), annotations: markerOf(meta.annotations) },
    };
    const known = this.#waiting.get(uid);
    if (known === undefined) {
      const waiting = { entry, atMs: dueMs, failures: 0 };
      this.#waiting.set(uid, waiting);
      this.#heap.push(waiting);
      return undefined;
    }
    if (known.entry.dueMs !== dueMs) {
      known.atMs = dueMs;
      known.failures = 0;
    }
    known.entry = entry;
    this.#heap.update(known);
    return undefined;
  }

  /** The object is gone. */
  forget(uid: string): void {
    this.#drop(uid);
    this.#invalid.delete(uid);
  }

  /** Takes out what is due: its time lies before `nowMs`. It comes back by `note`, or by `retry`. */
  takeDue(nowMs: number, limit: number): readonly TtlEntry[] {
    const due: TtlEntry[] = [];
    for (let next = this.#heap.peek(); next !== undefined && due.length < limit; next = this.#heap.peek()) {
      if (next.atMs >= nowMs) break;
      this.#heap.delete(next);
      due.push(next.entry);
    }
    return due;
  }

  /** It could not be deleted: it is due again after a while that grows. */
  retry(uid: string, nowMs: number): void {
    const waiting = this.#waiting.get(uid);
    if (waiting === undefined) return;
    const pauseMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(waiting.failures, 20));
    waiting.failures += 1;
    this.#rearm(waiting, nowMs + pauseMs);
  }

  /** It may not be deleted now: it is looked at again at `atMs`. */
  postpone(uid: string, atMs: number): void {
    const waiting = this.#waiting.get(uid);
    if (waiting !== undefined) this.#rearm(waiting, atMs);
  }

  /** When the next object is due; undefined where none waits. */
  nextMs(): number | undefined {
    return this.#heap.peek()?.atMs;
  }

  get pending(): number {
    return this.#waiting.size;
  }

  get invalid(): number {
    return this.#invalid.size;
  }

  /** Never before its time, which may have changed meanwhile. */
  #rearm(waiting: Waiting, atMs: number): void {
    waiting.atMs = Math.max(atMs, waiting.entry.dueMs);
    this.#heap.delete(waiting);
    this.#heap.push(waiting);
  }

  #drop(uid: string): void {
    const waiting = this.#waiting.get(uid);
    if (waiting === undefined) return;
    this.#waiting.delete(uid);
    this.#heap.delete(waiting);
  }
}

function markerOf(map: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.hasOwn(map, protectMarker) ? { [protectMarker]: map[protectMarker] ?? "" } : {};
}
