import { chmod, rm, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));
const outfile = `${root}dist/rearguard.js`;

// Libraries that are CommonJS call `require`, which an ES module does not have.
const banner = [
  'import { createRequire as createRequireForBundle } from "node:module";',
  "const require = createRequireForBundle(import.meta.url);",
].join("\n");

await rm(`${root}dist`, { recursive: true, force: true });
await build({
  entryPoints: [`${root}src/main.ts`],
  outfile,
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
await chmod(outfile, 0o755);
const { size } = await stat(outfile);
console.log(`dist/rearguard.js ${Math.round(size / 1024)} KiB`);
