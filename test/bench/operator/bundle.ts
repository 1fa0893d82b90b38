import { spawn } from "node:child_process";
import { copyFile, readdir, writeFile } from "node:fs/promises";
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
  const built = await readdir(join(root, "dist"));
  for (const name of built.filter((file) => file.endsWith(".js"))) {
    await copyFile(join(root, "dist", name), join(folder, name));
  }
  await writeFile(join(folder, "package.json"), '{ "type": "module" }\n');
  return join(folder, "rearguard.js");
};
