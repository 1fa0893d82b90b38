import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";

/** The files that an argument stands for. */
export interface FoundFiles {
  readonly files: readonly string[];
  /** True where the argument was a folder: then files in it may be about something else. */
  readonly folder: boolean;
  /** What of the folder is not read although it may have been meant, in words. */
  readonly passedOver: readonly string[];
}

const manifest = /\.ya?ml$/;

/**
 * The manifests that a file or folder stands for. A folder gives its `.yaml` and `.yml` files in the order of their
 * names; `recursive` takes those of its folders too, except hidden ones. Links are followed, each folder is read once.
 * Anything else stands for itself, so that reading it says what is wrong.
 */
export async function findFiles(path: string, recursive: boolean): Promise<FoundFiles> {
  if (path === "-" || !(await isFolder(path))) return { files: [path], folder: false, passedOver: [] };
  const listing = new Listing(recursive);
  await listing.read(path);
  return { files: listing.files, folder: true, passedOver: listing.passedOver(path) };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

class Listing {
  readonly files: string[] = [];
  readonly #recursive: boolean;
  /** Real places of the folders that were read: links may lead in circles. */
  readonly #seen = new Set<string>();
  #jsonFiles = 0;
  #folders = 0;

  constructor(recursive: boolean) {
    this.#recursive = recursive;
  }

  async read(folder: string): Promise<void> {
    const place = await realpath(folder);
    if (this.#seen.has(place)) return;
    this.#seen.add(place);
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith(".")) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(path)))) {
        if (this.#recursive) await this.read(path);
        else this.#folders += 1;
      } else if (manifest.test(entry.name)) this.files.push(path);
      else if (entry.name.endsWith(".json")) this.#jsonFiles += 1;
    }
  }

  passedOver(path: string): readonly string[] {
    const { files } = this;
    return [
      ...(this.#jsonFiles === 0
        ? []
        : [
            `${path}: ${this.#jsonFiles} .json files are passed over, as in every folder; name them one by one`,
          ]),
      ...(this.#folders === 0 ? [] : [`${path}: ${this.#folders} folders in it are not searched; name them`]),
      ...(files.length === 0 ? [`${path}: a folder without .yaml or .yml files`] : []),
    ];
  }
}
