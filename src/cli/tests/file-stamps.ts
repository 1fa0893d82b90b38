import { readdirSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";

import type { DocumentFiles } from "../documents/read-documents.ts";
import type { TestFile } from "./test-file.ts";

/** Files, and a text for each that is another one as soon as the file is. */
export type FileStamps = ReadonlyMap<string, string>;

/** Files that remember what was read, as it was just before that. */
export interface RecordedFiles {
  readonly files: DocumentFiles;
  readonly stamps: FileStamps;
  /** Adds the folders that a test names: what comes into one concerns it. */
  addFolders(test: TestFile, testPath: string): void;
}

/** Passes reads on to `files` and writes them down. */
export function recordFiles(files: DocumentFiles): RecordedFiles {
  const stamps = new Map<string, string>();
  const add = (path: string): void => void stamps.set(path, stamps.get(path) ?? stampOf(path));
  return {
    stamps,
    files: {
      open(file) {
        add(file);
        return files.open(file);
      },
    },
    addFolders({ policies = [], resources = [], targetResources = [], exceptions = [] }, testPath) {
      const named = [...policies, ...resources, ...targetResources, ...exceptions];
      const paths = named.map((path) => (isAbsolute(path) ? path : join(dirname(testPath), path)));
      for (const path of paths) if (isFolder(path)) add(path);
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
    return readdirSync(path, { recursive: true, encoding: "utf8" })
      .filter((name) => manifest.test(name) && !basename(name).startsWith("."))
      .toSorted()
      .join("/");
  } catch {
    return "absent";
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
