import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { argv, chdir, exit } from "node:process";

import { renderPage } from "./docs/render-page.ts";
import { startDemo } from "./docs/start-demo.ts";

const usage = `Writes what commands print into pages of docs/, or checks that it stands there.

  node test/tools/docs.ts --write|--check PAGE…

Commands run in docs/examples; those with --cluster on the cluster of the demo.`;

const [mode, ...pages] = argv.slice(2);
if ((mode !== "--write" && mode !== "--check") || pages.length === 0) {
  console.error(usage);
  exit(1);
}

const root = join(import.meta.dirname, "../..");
const examples = join(root, "docs/examples");
/** Late in 2026, so that pages stay as they are. */
const nowMs = 1_795_519_727_000;
const columns = 100;

const texts = await Promise.all(
  pages.map(async (page) => {
    const path = join(root, page);
    return { page, path, before: await readFile(path, "utf8") };
  }),
);
chdir(examples);
const demo = texts.some(({ before }) => /^\$ rearguard .*--cluster/m.test(before))
  ? await startDemo(root)
  : undefined;
const env = demo === undefined ? {} : { KUBECONFIG: demo.kubeconfig };
const readExample = (name: string): Promise<string | undefined> =>
  readFile(join(examples, name), "utf8").catch(() => undefined);
const old: string[] = [];
for (const { page, path, before } of texts) {
  const now = await renderPage(before, { env, columns, nowMs, readExample });
  if (now === before) continue;
  old.push(page);
  if (mode === "--write") await writeFile(path, now);
}
await demo?.stop();
if (mode === "--check" && old.length > 0) {
  console.error(
    `${old.join(", ")}: not what commands print; write anew with node test/tools/docs.ts --write`,
  );
  exit(1);
}
