import { isOlder } from "#kube/list-watch/resource-version.ts";

/** How far the changes of one kind are worked off. */
export interface Position {
  readonly resourceVersion: string;
  /** Creations from this time on may be among what was not worked off; absent: none before the checkpoint was written. */
  readonly createdFrom?: string;
}

/** A change that is being worked off by any number of entries. */
export interface ProgressToken {
  /** One more entry works on it. */
  hold(): void;
  /** An entry has finished with it. */
  release(): void;
}

interface Slot {
  readonly resourceVersion: string | undefined;
  readonly created: string | undefined;
  open: number;
}

/** Advances past finished changes only, in the order in which they came. */
export interface Progress {
  /** A change with its version and, for a creation, its time; held once by the caller. */
  begin(resourceVersion: string | undefined, created?: string): ProgressToken;
  /** A list is complete: what it showed, up to this version, is known. Later versions of events count, too. */
  listed(resourceVersion: string | undefined): void;
  position(): Position | undefined;
}

/** The later of two versions; where they cannot be compared the second. */
export function laterVersion(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return isOlder(b, a) === true ? a : b;
}

export function createProgress(start: string | undefined): Progress {
  const slots: Slot[] = [];
  let reached = start;

  const settle = (): void => {
    let finished = 0;
    for (const slot of slots) {
      if (slot.open > 0) break;
      finished += 1;
      if (slot.resourceVersion !== undefined) reached = slot.resourceVersion;
    }
    slots.splice(0, finished);
  };

  return {
    begin(resourceVersion, created) {
      const slot: Slot = { resourceVersion, created, open: 1 };
      slots.push(slot);
      return {
        hold: () => {
          slot.open += 1;
        },
        release: () => {
          slot.open -= 1;
          if (slot.open === 0 && slots[0] === slot) settle();
        },
      };
    },
    listed(resourceVersion) {
      // Events that came meanwhile told of later versions than the list did.
      const later = slots.reduce((last, slot) => laterVersion(last, slot.resourceVersion), resourceVersion);
      slots.push({ resourceVersion: later, created: undefined, open: 0 });
      settle();
    },
    position() {
      if (reached === undefined) return undefined;
      const created = slots.flatMap((slot) =>
        slot.open > 0 && slot.created !== undefined ? [slot.created] : [],
      );
      const [createdFrom] = created.toSorted();
      return { resourceVersion: reached, ...(createdFrom === undefined ? {} : { createdFrom }) };
    },
  };
}
