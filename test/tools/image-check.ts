import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmod,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lintDockerfile } from "./image/lint-dockerfile.ts";
import { parseDockerfile } from "./image/parse-dockerfile.ts";
import { runStages } from "./image/run-stages.ts";
import type { BuiltImage } from "./image/run-stages.ts";

// Checks the image without a container engine: the rules of the Dockerfile, then its steps one by one in empty folders,
// then what the last stage starts, as another user and in a folder that nobody can write.

const root = fileURLToPath(new URL("../../", import.meta.url));
const maxSeconds = 60;
const nobodyListens = "http://127.0.0.1:9";

interface Start {
  readonly args: readonly string[];
  readonly code: number;
  readonly output: RegExp;
  /** SIGTERM as soon as the output holds this. */
  readonly endAt?: string;
}

const starts: readonly Start[] = [
  { args: ["--help"], code: 0, output: /Usage: rearguard/ },
  { args: ["controller", "--help"], code: 0, output: /--kubeconfig/ },
  {
    args: ["scan", "policy.yaml", "-r", "no-such-file.yaml"],
    code: 1,
    output: /no-such-file\.yaml|policy\.yaml/,
  },
];

/** The files that `.dockerignore` lets through: everything is left out but what it names with an exclamation mark. */
async function copyContext(folder: string): Promise<void> {
  const lines = (await readFile(join(root, ".dockerignore"), "utf8"))
    .split("\n")
    .filter((line) => line !== "");
  if (lines[0] !== "*" || lines.slice(1).some((line) => !line.startsWith("!"))) {
    throw new Error(".dockerignore has to leave everything out and then name what is needed");
  }
  for (const line of lines.slice(1)) {
    const path = line.slice(1);
    await cp(join(root, path), join(folder, path), { recursive: true });
  }
}

/** The operator starts and serves; nobody answers for the cluster. */
async function controllerStart(image: BuiltImage): Promise<Start> {
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "none", cluster: { server: nobodyListens } }],
    users: [{ name: "none", user: { token: "none" } }],
    contexts: [{ name: "none", context: { cluster: "none", user: "none" } }],
    "current-context": "none",
  };
  await writeFile(join(image.root, "kubeconfig"), JSON.stringify(kubeconfig), { mode: 0o644 });
  const addresses = ["--health-address=127.0.0.1:0", "--metrics-address=127.0.0.1:0"];
  return {
    args: [...image.defaultArgs, "--kubeconfig=kubeconfig", ...addresses],
    code: 0,
    output: /serving health[^]*serving metrics|serving metrics[^]*serving health/,
    endAt: "serving metrics",
  };
}

async function readOnly(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    await chmod(
      join(entry.parentPath, entry.name),
      entry.isDirectory() ? 0o555 : entry.name === "node" ? 0o555 : 0o444,
    );
  }
  await chmod(folder, 0o555);
}

/** Runs what the image would run, as its user where this process may become another one. */
async function start(image: BuiltImage, node: string, { args, endAt }: Start) {
  const [program = "", ...first] = image.command;
  const words = [...first, ...args].map((word) => (word.startsWith("/") ? join(image.root, word) : word));
  const [uid, gid] = image.user.split(":").map(Number);
  const child = spawn(program === "node" ? node : program, words, {
    cwd: image.root,
    env: { ...image.env, PATH: dirname(node), HOME: "/" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: maxSeconds * 1000,
    ...(process.getuid?.() === 0 && uid !== undefined ? { uid, gid: gid ?? uid } : {}),
  });
  let output = "";
  let isEnding = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      if (endAt === undefined || isEnding || !output.includes(endAt)) return;
      isEnding = true;
      child.kill("SIGTERM");
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}

async function checkStarts(image: BuiltImage, node: string): Promise<number> {
  let failed = 0;
  const all = [...starts, await controllerStart(image)];
  await readOnly(image.root);
  for (const wanted of all) {
    const { code, output } = await start(image, node, wanted);
    const isRight = code === wanted.code && wanted.output.test(output);
    console.log(`  ${isRight ? "ok    " : "FAILED"} as ${image.user}: ${wanted.args.join(" ")}`);
    if (isRight) continue;
    failed += 1;
    console.log(`exit code ${code}, wanted ${wanted.code}; it printed:\n${output}`);
  }
  return failed;
}

async function main(): Promise<number> {
  const stages = parseDockerfile(await readFile(join(root, "Dockerfile"), "utf8"));
  const problems = lintDockerfile(stages);
  for (const problem of problems) console.log(`Dockerfile, ${problem}`);
  if (problems.length > 0) return 1;
  const folder = await realpath(await mkdtemp(join(tmpdir(), "rearguard-image-")));
  try {
    // Whom the image runs as has to get through.
    await chmod(folder, 0o755);
    const context = join(folder, "context");
    await mkdir(context);
    await copyContext(context);
    const path = `${dirname(process.execPath)}${delimiter}${process.env["PATH"]}`;
    // The builder's own settings and cache of npm; of the rest of the environment nothing.
    const env = { PATH: path, HOME: process.env["HOME"] };
    const image = await runStages(stages, { context, folder, env, say: (text) => console.log(`  ${text}`) });
    const node = join(image.root, "node");
    await copyFile(process.execPath, node);
    await chmod(node, 0o755);
    await chmod(image.root, 0o755);
    const failed = await checkStarts(image, node);
    console.log(failed === 0 ? "the image's steps and starts are right" : `${failed} starts failed`);
    return failed === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
