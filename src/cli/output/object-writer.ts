import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { stringify } from "yaml";

import type { JsonObject } from "#engine/values/json.ts";

import { UsageError } from "../usage-error.ts";

/** Where objects that policies changed or made are written. */
export interface ObjectWriter {
  /** Writes one object; in a folder, to the file of this name. Throws a `UsageError` where that cannot be done. */
  write(name: string, object: JsonObject): Promise<void>;
}

/**
 * Writes objects as YAML documents to one file where the path ends in `.yaml` or `.yml`, else to a folder with a file for
 * each name. What files held before is gone.
 */
export function createObjectWriter(path: string): ObjectWriter {
  const single = /\.ya?ml$/.test(path);
  const begun = new Set<string>();
  const begin = async (file: string): Promise<void> => {
    if (begun.has(file)) return;
    begun.add(file);
    if (!single) await mkdir(path, { recursive: true });
    await writeFile(file, "");
  };
  return {
    async write(name, object) {
      const file = single ? path : join(path, `${fileNameOf(name)}.yaml`);
      try {
        await begin(file);
        await appendFile(file, `${stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })}---\n`);
      } catch (error) {
        throw new UsageError(`--output ${file}: ${(error as Error).message}`);
      }
    },
  };
}

/** Names come from manifests and may hold anything. */
function fileNameOf(name: string): string {
  return name
    .replaceAll(/[^\w.-]/g, "-")
    .replace(/^\.+/, "")
    .slice(0, 200);
}
