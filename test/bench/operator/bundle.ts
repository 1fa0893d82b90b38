import { spawn } from "node:child_process";
import { copyFile } from "node:fs/promises";
import { once } from "node:events";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../../..");

/** Makes the production bundle and copies it into the folder, where no later build replaces it under a running process. */
export const buildBundle = async (folder: string): Promise<string> => {
  const child = spawn(process.execPath, [join(root, "test/tools/bundle.ts")], {
    cwd: root,
    // Standard output belongs to the result.
    stdio: ["ignore", 2, 2],
  });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error("the bundle cannot be made (npm run bundle)");
  // An ES module, told by its ending: no package.json is near.
  const bundle = join(folder, "rearguard.mjs");
  await copyFile(join(root, "dist/rearguard.js"), bundle);
  return bundle;
};
