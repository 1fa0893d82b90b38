/** Bytes that a digest names never change: they are read once, and kept as long as there is room. */
export interface ContentCache {
  /** The content under `key`, read by `load` where it is not there; whoever asks meanwhile waits for that one read. */
  get(key: string, load: () => Promise<Buffer>): Promise<Buffer>;
}

/** Keeps at most `maxBytes`, dropping what was not used for longest; content over a quarter of that is not kept. */
export function createContentCache(maxBytes: number): ContentCache {
  const kept = new Map<string, Buffer>();
  const loading = new Map<string, Promise<Buffer>>();
  let bytes = 0;

  const keep = (key: string, content: Buffer): void => {
    if (content.length > maxBytes / 4) return;
    kept.set(key, content);
    bytes += content.length;
    for (const [oldest, { length }] of kept) {
      if (bytes <= maxBytes) break;
      kept.delete(oldest);
      bytes -= length;
    }
  };

  const read = async (key: string, load: () => Promise<Buffer>): Promise<Buffer> => {
    try {
      const content = await load();
      keep(key, content);
      return content;
    } finally {
      loading.delete(key);
    }
  };

  return {
    get(key, load) {
      const known = kept.get(key);
      if (known !== undefined) {
        kept.delete(key);
        kept.set(key, known);
        return Promise.resolve(known);
      }
      const running = loading.get(key);
      if (running !== undefined) return running;
      const started = read(key, load);
      loading.set(key, started);
      return started;
    },
  };
}
