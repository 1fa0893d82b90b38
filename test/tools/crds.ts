import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { argv } from "node:process";
import { stringify } from "yaml";
import { customKinds } from "#api/kinds.ts";
import { buildCustomResourceDefinition } from "#api/schema/custom-resource-definition.ts";

const folder = join(import.meta.dirname, "../../crds");
const header = "# Generated from src/api by `npm run crds`; do not edit.\n";

/** Without an extension, so that `kubectl apply -f crds/` leaves it alone. */
const kustomizationFile = "Kustomization";

/** The text of every file by its name. */
function renderAll(): ReadonlyMap<string, string> {
  const texts = new Map(
    customKinds.map((kind) => [
      `${kind.group}_${kind.plural}.yaml`,
      header + stringify(buildCustomResourceDefinition(kind), { lineWidth: 0, aliasDuplicateObjects: false }),
    ]),
  );
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: [...texts.keys()].toSorted(),
  };
  return texts.set(kustomizationFile, header + stringify(kustomization));
}

async function readAll(): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder)).filter(
    (name) => name.endsWith(".yaml") || name === kustomizationFile,
  );
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return new Map(names.map((name, index) => [name, texts[index] ?? ""]));
}

async function write(): Promise<void> {
  await mkdir(folder, { recursive: true });
  const rendered = renderAll();
  const present = await readAll();
  for (const name of present.keys()) {
    if (!rendered.has(name)) {
      await rm(join(folder, name));
    }
  }
  for (const [name, text] of rendered) {
    if (present.get(name) !== text) {
      await writeFile(join(folder, name), text);
    }
  }
}

async function check(): Promise<readonly string[]> {
  const rendered = renderAll();
  const present = await readAll();
  const names = new Set([...rendered.keys(), ...present.keys()]);
  return [...names].filter((name) => rendered.get(name) !== present.get(name)).toSorted();
}

const mode = argv[2];
if (mode === "--write") {
  await write();
} else if (mode === "--check") {
  const drifted = await check();
  if (drifted.length > 0) {
    console.error(
      `crds/ differs from src/api, run \`npm run crds\`:\n${drifted.map((name) => `  ${name}`).join("\n")}`,
    );
    process.exitCode = 1;
  }
} else {
  console.error("Usage: crds.ts --write | --check");
  process.exitCode = 2;
}
