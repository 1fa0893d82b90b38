import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { UsageError } from "#cli/usage-error.ts";

/** The project's folder as seen from the bundle and from the sources; the other way round, a bundle would look too far up. */
const roots = ["../", "../../../"];

/** A folder that comes with the program. Rejects where this copy of it is without. */
export async function packagedFolder(path: string): Promise<string> {
  for (const root of roots) {
    const folder = fileURLToPath(new URL(`${root}${path}`, import.meta.url));
    const found = await stat(folder).catch(() => undefined);
    if (found?.isDirectory() === true) return folder;
  }
  throw new UsageError(`this copy of rearguard comes without ${path}; run it from a clone of the project`);
}
