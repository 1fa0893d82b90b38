/** Answers that were loaded, by their questions; a bounded number of them. */
export interface Memo<A> {
  get(key: string): A | undefined;
  /** Loads what is not there; two questions of one key are one load. Rejects where the load does. */
  ensure(key: string, load: () => Promise<A>): Promise<void>;
}

/** Keeps the newest `maxEntries` answers. */
export function createMemo<A>(maxEntries: number): Memo<A> {
  const answers = new Map<string, A>();
  const loading = new Map<string, Promise<void>>();
  const fill = async (key: string, load: () => Promise<A>): Promise<void> => {
    try {
      const answer = await load();
      const [oldest] = answers.keys();
      if (oldest !== undefined && answers.size >= maxEntries) answers.delete(oldest);
      answers.set(key, answer);
    } finally {
      loading.delete(key);
    }
  };
  return {
    get: (key) => answers.get(key),
    ensure(key, load) {
      if (answers.has(key)) return Promise.resolve();
      const running = loading.get(key);
      if (running !== undefined) return running;
      const started = fill(key, load);
      loading.set(key, started);
      return started;
    },
  };
}
