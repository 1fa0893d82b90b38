import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

// The package that npm packs holds one bundle, so its package.json names nothing to install and nothing that only a clone
// can use. `--strip` leaves such a package.json (as `prepack`), `--restore` puts the project's own back (as `postpack`).

const root = fileURLToPath(new URL("../../", import.meta.url));
const manifest = `${root}package.json`;
const kept = `${root}.cache/package.json`;

const published = [
  "name",
  "version",
  "description",
  "license",
  "type",
  "private",
  "engines",
  "bin",
  "files",
] as const;

/** What is published of a package.json. */
function publishedOf(manifest: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    published.flatMap((field) => (field in manifest ? [[field, manifest[field]]] : [])),
  );
}

async function strip(): Promise<void> {
  const text = await readFile(manifest, "utf8");
  const whole = JSON.parse(text) as Readonly<Record<string, unknown>>;
  // Packing was cut off between the two: what is there is stripped already, and the whole one is kept.
  if (!("scripts" in whole)) return;
  await mkdir(`${root}.cache`, { recursive: true });
  await writeFile(kept, text);
  await replace(`${JSON.stringify(publishedOf(whole), null, 2)}\n`);
}

async function restore(): Promise<void> {
  const text = await readFile(kept, "utf8");
  await replace(text);
}

/** At once: who reads the file meanwhile finds the one or the other. */
async function replace(text: string): Promise<void> {
  const next = `${root}.cache/package.json.next`;
  await writeFile(next, text);
  await rename(next, manifest);
}

const [action] = process.argv.slice(2);
if (action === "--strip") await strip();
else if (action === "--restore") await restore();
else {
  console.error("say --strip or --restore");
  process.exitCode = 2;
}
