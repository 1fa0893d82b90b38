import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { dirname } from "node:path";

const settleMs = 60;
/** Where the system cannot watch (network and container file systems), people wait no longer than this. */
const pollMs = 1000;

/** Tells when files may have changed. */
export interface FileChanges {
  /**
   * Resolves after the next change below one of the folders or of one of the files, once it is quiet again; at once where
   * `isStale` says that something has changed already.
   */
  next(folders: readonly string[], files: Iterable<string>, isStale: () => boolean): Promise<void>;
}

/** Watches the file system of this machine. */
export function watchFiles(): FileChanges {
  return {
    async next(folders, files, isStale) {
      const watchers: FSWatcher[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      let timer: NodeJS.Timeout | undefined;
      const settle = (afterMs: number): void => {
        clearTimeout(timer);
        timer = setTimeout(resolve, afterMs);
      };
      const open = (path: string, recursive: boolean): void => {
        try {
          const watcher = watch(path, { recursive }, () => settle(settleMs));
          watcher.on("error", () => settle(pollMs));
          watchers.push(watcher);
        } catch {
          // The folder is gone or cannot be watched.
          if (timer === undefined) settle(pollMs);
        }
      };
      for (const folder of folders) open(folder, true);
      for (const folder of new Set([...files].map((file) => dirname(file)))) open(folder, false);
      if (isStale()) settle(settleMs);
      await promise;
      for (const watcher of watchers) watcher.close();
    },
  };
}
