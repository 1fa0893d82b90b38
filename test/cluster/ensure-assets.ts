import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, mkdir, readFile, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { ensureGo, runGo } from "./go-command.ts";
import { programs } from "./go-module.ts";
import { ensureModuleFolder } from "./module-folder.ts";
import type { ModuleFolder } from "./module-folder.ts";

/** A folder with etcd, kube-apiserver, kubectl and, unless somebody else made it, kube-controller-manager. */
export interface Assets {
  readonly folder: string;
  /** Of Kubernetes, without the v. */
  readonly version: string;
}

export interface AssetsRequest {
  /** As in `ModuleRequest`. */
  readonly kubernetes?: string | undefined;
  /** Takes lines about what is done and how long it took; by default they go to standard error. */
  readonly say?: (line: string) => void;
  readonly signal?: AbortSignal;
}

const requiredNames = ["etcd", "kube-apiserver", "kubectl"] as const;

const repositoryFolder = resolve(import.meta.dirname, "../..");

const cacheFolder = (): string => {
  const chosen = process.env["REARGUARD_CACHE"];
  const root = chosen === undefined || chosen === "" ? join(repositoryFolder, ".cache") : resolve(chosen);
  return join(root, "control-plane");
};

const printToStderr = (line: string): void => console.error(`control plane: ${line}`);

/**
 * Answers with the binaries of a control plane: those in `KUBEBUILDER_ASSETS` when it is set, else those built
 * before from the same go.mod, go.sum and flags, else builds them with Go (minutes). Throws with what to do when neither works.
 */
export const ensureAssets = async (request: AssetsRequest = {}): Promise<Assets> => {
  const { kubernetes, say = printToStderr, signal } = request;
  const given = process.env["KUBEBUILDER_ASSETS"];
  if (given !== undefined && given !== "") return useGivenAssets(resolve(given), kubernetes, say);

  const abort = signal === undefined ? {} : { signal };
  const cache = cacheFolder();
  const module = await ensureModuleFolder({ kubernetes, cacheFolder: cache, say, ...abort });
  const folder = join(cache, module.version, await contentKey(module));
  if (existsSync(folder)) say(`Kubernetes ${module.version} is built already (${folder})`);
  else await build(module, folder, say, signal);
  return { folder, version: module.version };
};

const useGivenAssets = async (
  folder: string,
  wanted: string | undefined,
  say: (line: string) => void,
): Promise<Assets> => {
  const missing = requiredNames.filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0) {
    throw new Error(
      `KUBEBUILDER_ASSETS is ${folder}, which lacks ${missing.join(", ")}; unset it to build them with Go`,
    );
  }
  const { stdout } = await promisify(execFile)(join(folder, "kube-apiserver"), ["--version"]);
  const version = /v(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1] ?? "";
  if (wanted !== undefined && !`${version}.`.startsWith(`${wanted.replace(/^v/, "").replace(/\.x$/, "")}.`)) {
    throw new Error(
      `KUBEBUILDER_ASSETS holds Kubernetes ${version}, not ${wanted}; unset it to build that version with Go`,
    );
  }
  say(`Kubernetes ${version} from KUBEBUILDER_ASSETS (${folder})`);
  return { folder, version };
};

/** Clients read versions from what the linker puts here; without it the server calls itself v0.0.0-master. */
const linkerFlags = (version: string): string => {
  const [major = "", minor = ""] = version.split(".");
  const settings = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor, gitTreeState: "clean" };
  const packages = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"];
  const definitions = packages.flatMap((name) =>
    Object.entries(settings).map(([key, value]) => `-X ${name}.${key}=${value}`),
  );
  return ["-s", "-w", ...definitions].join(" ");
};

const buildFlags = (version: string): readonly string[] => [
  "-mod=readonly",
  "-buildvcs=false",
  "-trimpath",
  `-ldflags=${linkerFlags(version)}`,
];

/** Everything that decides what comes out, except the Go version: a newer Go is no reason to build again. */
const contentKey = async ({ folder, version }: ModuleFolder): Promise<string> => {
  const hash = createHash("sha256");
  for (const name of ["go.mod", "go.sum"]) hash.update(await readFile(join(folder, name)));
  hash.update(JSON.stringify([process.platform, process.arch, buildFlags(version), programs]));
  return hash.digest("hex").slice(0, 16);
};

const secondsSince = (start: number): string => `${((performance.now() - start) / 1000).toFixed(0)} s`;

const build = async (
  module: ModuleFolder,
  folder: string,
  say: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const go = await ensureGo(module.folder, await readFile(join(module.folder, "go.mod"), "utf8"));
  say(`building Kubernetes ${module.version} with ${go}; the first time takes about 7 minutes on 2 cores`);
  const start = performance.now();
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(join(dirname(folder), "building-"));
  try {
    for (const program of programs) {
      const programStart = performance.now();
      await runGo({
        args: ["build", ...buildFlags(module.version), "-o", join(draft, program.name), program.package],
        folder: module.folder,
        env: { CGO_ENABLED: "0" },
        ...(signal === undefined ? {} : { signal }),
      });
      say(`${program.name} built in ${secondsSince(programStart)}`);
    }
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another run may have built the same in the meantime.
    if (!existsSync(folder)) throw error;
  }
  await removeOutdated(folder);
  say(`Kubernetes ${module.version} built in ${secondsSince(start)} (${folder})`);
};

/** A folder of binaries is 300 MB; those of an earlier go.mod of this version are of no use any more. */
const removeOutdated = async (current: string): Promise<void> => {
  const version = dirname(current);
  const outdated = (await readdir(version)).filter(
    (name) => /^[0-9a-f]{16}$/.test(name) && name !== basename(current),
  );
  for (const name of outdated) await rm(join(version, name), { recursive: true, force: true });
};
