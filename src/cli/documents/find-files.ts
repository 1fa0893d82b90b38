import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";

/** The files that an argument stands for. */
export interface FoundFiles {
  readonly files: readonly string[];
  /** True where the argument was a folder: then files in it may be about something else. */
  readonly folder: boolean;
}

const manifest = /\.ya?ml$/;

/**
 * The manifests that a file or folder stands for. A folder gives its `.yaml` and `.yml` files in the order of their
 * names; `recursive` takes those of its folders too, except hidden ones. Anything else stands for itself, so that
 * reading it says what is wrong.
 */
export async function findFiles(path: string, recursive: boolean): Promise<FoundFiles> {
  if (path === "-" || !(await isFolder(path))) return { files: [path], folder: false };
  return { files: await listManifests(path, recursive), folder: true };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function listManifests(folder: string, recursive: boolean): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (basename(path).startsWith(".")) continue;
    if (entry.isDirectory()) {
      if (recursive) files.push(...(await listManifests(path, recursive)));
    } else if (manifest.test(entry.name)) files.push(path);
  }
  return files;
}
