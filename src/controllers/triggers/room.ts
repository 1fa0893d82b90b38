/** Bounds how many objects are held at once: whoever brings more waits. */
export interface Room {
  /** Resolves at once while there is room. */
  wait(): Promise<void> | undefined;
  enter(): void;
  leave(): void;
  readonly taken: number;
}

export function createRoom(size: number, signal: AbortSignal): Room {
  let taken = 0;
  const waiting: (() => void)[] = [];
  const release = (): void => {
    // Whoever goes on enters only then, so that no more go on than there is room for.
    const free = signal.aborted ? waiting.length : Math.max(0, size - taken);
    for (const go of waiting.splice(0, free)) go();
  };
  signal.addEventListener("abort", release);
  return {
    wait() {
      if (taken < size || signal.aborted) return undefined;
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
    enter() {
      taken += 1;
    },
    leave() {
      taken -= 1;
      release();
    },
    get taken() {
      return taken;
    },
  };
}
