import { chmod, readdir, rm, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));
const outdir = `${root}dist`;

// Libraries that are CommonJS call `require`, which an ES module does not have.
const banner = [
  'import { createRequire as createRequireForBundle } from "node:module";',
  "const require = createRequireForBundle(import.meta.url);",
].join("\n");

await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: { rearguard: `${root}src/main.ts` },
  outdir,
  // What a command does not need is not even read: help comes at once, and a scan of files loads no client.
  splitting: true,
  // Beside the entry: what comes with the program is found from any of them.
  chunkNames: "[name]-[hash]",
  bundle: true,
  platform: "node",
  target: "node22",
  format: "esm",
  sourcemap: "external",
  legalComments: "none",
  minifySyntax: true,
  minifyWhitespace: true,
  banner: { js: banner },
  logLevel: "warning",
});
await chmod(`${outdir}/rearguard.js`, 0o755);
const files = (await readdir(outdir)).filter((name) => name.endsWith(".js"));
const sizes = await Promise.all(files.map(async (file) => (await stat(`${outdir}/${file}`)).size));
const total = sizes.reduce((sum, size) => sum + size, 0);
console.log(`dist/rearguard.js and ${files.length - 1} more: ${Math.round(total / 1024)} KiB`);
