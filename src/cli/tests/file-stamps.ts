import { readdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

import type { DocumentFiles } from "../documents/read-documents.ts";

/** Files, and a text for each that is another one as soon as the file is. */
export type FileStamps = ReadonlyMap<string, string>;

/** Files that remember what was read, as it was just before that. */
export interface RecordedFiles {
  readonly files: DocumentFiles;
  /** The files that were read, and the folders that they stand in. */
  readonly stamps: FileStamps;
}

/** Passes reads on to `files` and writes them down. */
export function recordFiles(files: DocumentFiles): RecordedFiles {
  const stamps = new Map<string, string>();
  return {
    stamps,
    files: {
      open(file) {
        for (const path of [file, dirname(file)]) stamps.set(path, stamps.get(path) ?? stampOf(path));
        return files.open(file);
      },
    },
  };
}

/** True where one of the files is no longer what it was, or a folder has got or lost a manifest. */
export function hasChanged(stamps: FileStamps): boolean {
  return [...stamps].some(([path, stamp]) => stampOf(path) !== stamp);
}

const manifest = /\.(?:ya?ml|json)$/;

function stampOf(path: string): string {
  try {
    const stats = statSync(path);
    if (!stats.isDirectory()) return `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
    // What editors put beside a file is no reason to run anything.
    return readdirSync(path)
      .filter((name) => manifest.test(name) && !name.startsWith("."))
      .toSorted()
      .join("/");
  } catch {
    return "absent";
  }
}
