import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, glob, mkdir } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import type { Instruction, Stage } from "./parse-dockerfile.ts";

/** What the last stage would run, in the folder that stands for its root. */
export interface BuiltImage {
  readonly root: string;
  readonly user: string;
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly defaultArgs: readonly string[];
}

interface StageFolder {
  readonly root: string;
  workdir: string;
}

/**
 * Does what the stages say, each in an empty folder under `folder` that stands for its root. `context` is what the builder
 * would be sent; `env` is that of RUN. A base image is its Node alone. Rejects at the first step that fails.
 */
export async function runStages(
  stages: readonly Stage[],
  given: {
    readonly context: string;
    readonly folder: string;
    readonly env: NodeJS.ProcessEnv;
    readonly say: (text: string) => void;
  },
): Promise<BuiltImage> {
  const { context, folder, env, say } = given;
  const roots = new Map<string, string>();
  let image: BuiltImage | undefined;
  for (const [index, { name, steps }] of stages.entries()) {
    const stage: StageFolder = { root: join(folder, name ?? `stage-${index}`), workdir: "/" };
    await mkdir(stage.root, { recursive: true });
    if (name !== undefined) roots.set(name, stage.root);
    image = { root: stage.root, user: "0:0", env: {}, command: [], defaultArgs: [] };
    for (const step of steps) {
      say(`${step.name} ${step.text}`);
      image = await runStep(step, { image, stage, context, roots, env });
    }
  }
  if (image === undefined) throw new Error("there is no stage");
  return image;
}

async function runStep(
  step: Instruction,
  given: {
    readonly image: BuiltImage;
    readonly stage: StageFolder;
    readonly context: string;
    readonly roots: ReadonlyMap<string, string>;
    readonly env: NodeJS.ProcessEnv;
  },
): Promise<BuiltImage> {
  const { image, stage, context, roots, env } = given;
  switch (step.name) {
    case "WORKDIR":
      stage.workdir = posix.resolve(stage.workdir, step.text);
      await mkdir(join(stage.root, stage.workdir), { recursive: true });
      return image;
    case "COPY": {
      const from = step.flags["from"];
      await copy(step, from === undefined ? context : (roots.get(from) ?? ""), stage);
      return image;
    }
    case "RUN":
      await runShell(step, join(stage.root, stage.workdir), env);
      return image;
    case "USER":
      return { ...image, user: step.text };
    case "ENV":
      return { ...image, env: { ...image.env, ...assignmentsOf(step) } };
    case "ENTRYPOINT":
      return { ...image, command: step.exec ?? ["sh", "-c", step.text], defaultArgs: [] };
    case "CMD":
      return { ...image, defaultArgs: step.exec ?? ["sh", "-c", step.text] };
    case "LABEL":
      return image;
    default:
      throw new Error(`line ${step.line}: this check does not know ${step.name}`);
  }
}

/** A file under its name into a folder; a folder's contents into a folder; patterns as the builder has them. */
async function copy(step: Instruction, from: string, { root, workdir }: StageFolder): Promise<void> {
  const target = step.words.at(-1) ?? "";
  const isFolder = target.endsWith("/") || step.words.length > 2;
  const place = join(root, posix.resolve(workdir, target));
  for (const pattern of step.words.slice(0, -1)) {
    const relative = pattern.replace(/^\/+/, "");
    const found = await Array.fromAsync(glob(relative, { cwd: from, withFileTypes: true }));
    if (found.length === 0) throw new Error(`line ${step.line}: COPY finds no ${pattern}`);
    for (const entry of found) {
      const file = join(entry.parentPath, entry.name);
      const into = isFolder && !entry.isDirectory() ? join(place, basename(file)) : place;
      await mkdir(dirname(into), { recursive: true });
      await cp(file, into, { recursive: true });
    }
  }
}

async function runShell(step: Instruction, cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn("sh", ["-c", step.text], { cwd, env, stdio: ["ignore", "inherit", "inherit"] });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`line ${step.line}: RUN ${step.text} ended with code ${code}`);
}

function assignmentsOf({ words }: Instruction): Readonly<Record<string, string>> {
  return Object.fromEntries(
    words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]),
  );
}
