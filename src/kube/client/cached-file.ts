import { readFile } from "node:fs/promises";

/** Service account tokens, certificates and authorities are replaced on disk while the process runs. */
export interface CachedFile {
  /** The text, read again when what is known is too old. Rejects only while the file was never readable. */
  read(): Promise<string>;
  /** The next `read` reads the file. */
  forget(): void;
}

export function createCachedFile(path: string, maxAgeMs: number, monotonic: () => number): CachedFile {
  let known: string | undefined;
  let readAt = Number.NEGATIVE_INFINITY;

  const refresh = async (): Promise<string> => {
    try {
      known = await readFile(path, "utf8");
      readAt = monotonic();
    } catch (error) {
      // A volume that is just being replaced has no file for a moment: what was read before is still good.
      if (known === undefined) throw new Error(`cannot read ${path}`, { cause: error });
    }
    return known;
  };

  return {
    read: async () => (known !== undefined && monotonic() - readAt < maxAgeMs ? known : await refresh()),
    forget: () => {
      readAt = Number.NEGATIVE_INFINITY;
    },
  };
}
