/** What a watch told of a report. */
export type Sighting =
  | { readonly kind: "seen"; readonly resourceVersion: string }
  | { readonly kind: "deleted" };

/** Own writes that are remembered; their events come within seconds. */
const maxRemembered = 4096;
/** Events of one report during one write that are looked at afterwards. */
const maxHeld = 8;

/**
 * Tells events of own writes from those of others. An event may come before the answer of the write that caused it, and
 * late, when a newer write is done already; resourceVersions are compared for equality only.
 */
export class EchoFilter {
  readonly #written = new Set<string>();
  readonly #deleted = new Set<string>();
  readonly #held = new Map<string, Sighting[]>();

  /** A resourceVersion that an own write made or replaced. */
  remember(uid: string, resourceVersion: string): void {
    remember(this.#written, `${uid} ${resourceVersion}`);
  }

  /** The report was deleted by an own write. */
  rememberDeleted(uid: string): void {
    remember(this.#deleted, uid);
  }

  /** No event of a delete of before will come any more. */
  forgetDeleted(): void {
    this.#deleted.clear();
  }

  /** A write of the report begins: until it ends, nobody knows what is an echo. */
  begin(uid: string): void {
    this.#held.set(uid, []);
  }

  /** The write has ended; gives the events that were others' work. */
  end(uid: string): readonly Sighting[] {
    const held = this.#held.get(uid) ?? [];
    this.#held.delete(uid);
    return held.filter((sighting) => !this.#isRemembered(uid, sighting));
  }

  /** True for the work of others; what is told during a write is kept for its end. */
  isForeign(uid: string, sighting: Sighting): boolean {
    if (this.#isRemembered(uid, sighting)) return false;
    const held = this.#held.get(uid);
    if (held === undefined) return true;
    // Beyond the limit the oldest goes: one foreign event says as much as many.
    if (held.length >= maxHeld) held.shift();
    held.push(sighting);
    return false;
  }

  #isRemembered(uid: string, sighting: Sighting): boolean {
    // A delete is told once; the next one of the same name is another's.
    if (sighting.kind === "deleted") return this.#deleted.delete(uid);
    return this.#written.has(`${uid} ${sighting.resourceVersion}`);
  }
}

function remember(memory: Set<string>, key: string): void {
  memory.delete(key);
  memory.add(key);
  if (memory.size <= maxRemembered) return;
  const oldest = memory.keys().next();
  if (oldest.done !== true) memory.delete(oldest.value);
}
