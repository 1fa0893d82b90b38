import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

// Packs a copy of the project as npm would publish it, installs the package in an empty folder, where it must bring no
// other package along, and uses it there, once under each version of Node that is named: `node test/tools/pack-check.ts
// 22 24`.

const root = fileURLToPath(new URL("../../", import.meta.url));
const versions = process.argv.slice(2);
const maxSeconds = 120;
/** What packing reads. */
const sources = [
  "package.json",
  ".npmrc",
  "README.md",
  "LICENSE",
  "tsconfig.json",
  "src",
  "test/tools",
  "crds",
  "config",
];

const policy = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: require-team
spec:
  rules:
    - name: team
      match: {any: [{resources: {kinds: [ConfigMap]}}]}
      validate: {message: Who answers the phone?, pattern: {metadata: {labels: {team: "?*"}}}}
`;
const resources = `apiVersion: v1
kind: ConfigMap
metadata: {name: owned, namespace: shop, labels: {team: a}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: stray, namespace: shop}
`;

interface Check {
  readonly args: readonly string[];
  readonly code: number;
  readonly stdout: RegExp;
}

const checks: readonly Check[] = [
  { args: ["--help"], code: 0, stdout: /Usage: rearguard[^]*\n {2}scan\|apply [^]*\n {2}controller / },
  { args: ["controller", "--help"], code: 0, stdout: /--kubeconfig/ },
  { args: ["scan", "policy.yaml", "-r", "resources.yaml"], code: 1, stdout: /pass: 1, fail: 1,/ },
  { args: ["demo", "--once"], code: 0, stdout: /^total +\d+ +\d+[^]*^\d+ reports, /m },
];

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(program: string, args: readonly string[], folder: string, path?: string): Promise<Ended> {
  const child = spawn(program, args, {
    cwd: folder,
    env: {
      ...process.env,
      ...(path === undefined ? {} : { PATH: `${path}${delimiter}${process.env["PATH"]}` }),
    },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: maxSeconds * 1000,
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

/** Runs what has to succeed and gives its standard output. */
async function must(
  program: string,
  args: readonly string[],
  folder: string,
  path?: string,
): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, folder, path);
  if (code === 0) return stdout;
  throw new Error(`${program} ${args.join(" ")} ended with code ${code}:\n${stdout}${stderr}`);
}

/** Makes an empty project with a Node of that version and resolves to the folder of its program. */
async function installNode(version: string, folder: string): Promise<string> {
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), "{}");
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  await must("npm", ["install", "--no-save", "--no-package-lock", `${name}@${version}`], folder);
  return join(folder, "node_modules", name, "bin");
}

async function checkUnder(version: string, tarball: string, folder: string): Promise<number> {
  const bin = await installNode(version, join(folder, `node-${version}`));
  const home = join(folder, `use-${version}`);
  await mkdir(home);
  const startMs = performance.now();
  await must("npm", ["install", tarball], home, bin);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const node = (await must("node", ["--version"], home, bin)).trim();
  console.log(`Node ${node}: installed in an empty folder in ${seconds} s`);
  await writeFile(join(home, "policy.yaml"), policy);
  await writeFile(join(home, "resources.yaml"), resources);
  const installed = (await readdir(join(home, "node_modules"))).filter((name) => !name.startsWith("."));
  const isAlone = installed.join() === "rearguard";
  console.log(`  ${isAlone ? "ok    " : "FAILED"} installs ${installed.join(", ")}`);
  let failed = isAlone ? 0 : 1;
  for (const { args, code, stdout } of checks) {
    const began = performance.now();
    const ended = await run(join(home, "node_modules/.bin/rearguard"), args, home, bin);
    const took = ((performance.now() - began) / 1000).toFixed(1);
    const isRight = ended.code === code && stdout.test(ended.stdout) && ended.stderr === "";
    console.log(`  ${isRight ? "ok    " : "FAILED"} rearguard ${args.join(" ")} (${took} s)`);
    if (isRight) continue;
    failed += 1;
    console.log(`exit code ${ended.code}, wanted ${code}; it printed:\n${ended.stdout}${ended.stderr}`);
  }
  return failed;
}

/** Packs a copy, because packing changes the package.json of its folder for a moment. Resolves to the package's path. */
async function pack(folder: string): Promise<string> {
  const copy = join(folder, "project");
  for (const source of sources) await cp(join(root, source), join(copy, source), { recursive: true });
  await symlink(join(root, "node_modules"), join(copy, "node_modules"), "junction");
  const packages = join(folder, "packages");
  await mkdir(packages);
  await must("npm", ["pack", "--silent", "--pack-destination", packages], copy);
  const [name = ""] = await readdir(packages);
  return join(packages, name);
}

async function main(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "rearguard-pack-"));
  try {
    const tarball = await pack(folder);
    console.log(`${basename(tarball)}: ${Math.round((await stat(tarball)).size / 1024)} KiB`);
    let failed = 0;
    for (const version of versions) failed += await checkUnder(version, tarball, folder);
    const total = versions.length * (checks.length + 1);
    console.log(`${total - failed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (versions.length === 0) {
  console.error("name the versions of Node, for example: npm run -s pack:check -- 22 24");
  process.exitCode = 2;
} else {
  process.exitCode = await main();
}
