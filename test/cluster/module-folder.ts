import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureGo, runGo } from "./go-command.ts";
import { buildGoMod, decodeKubernetesModule, kubernetesVersionOf } from "./go-module.ts";
import { isNewerVersion } from "./version-order.ts";

/** A folder with the go.mod and go.sum that pin every byte of one version's programs. */
export interface ModuleFolder {
  readonly folder: string;
  /** Without the v: `1.37.2`. */
  readonly version: string;
}

export interface ModuleRequest {
  /** `1.37.2`, or `1.35` or `1.35.x` for the newest of that line; the newest committed version when left out. */
  readonly kubernetes: string | undefined;
  readonly cacheFolder: string;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}

const committedFolder = join(import.meta.dirname, "versions");

/** The lines of Kubernetes (1.37) whose go.mod and go.sum are in the repository, newest first. */
const readCommitted = async (): Promise<readonly ModuleFolder[]> => {
  const lines = (await readdir(committedFolder)).sort((a, b) => (isNewerVersion(a, b) ? -1 : 1));
  return Promise.all(
    lines.map(async (line) => {
      const folder = join(committedFolder, line);
      return { folder, version: kubernetesVersionOf(await readFile(join(folder, "go.mod"), "utf8")) };
    }),
  );
};

const decodeRequest = (text: string): { readonly line: string; readonly exact: string | undefined } => {
  const match = /^v?(1\.\d+)(?:\.(?:x|(\d+)))?$/.exec(text);
  if (match?.[1] === undefined) {
    throw new Error(`${JSON.stringify(text)} is no version of Kubernetes: write 1.37.2, 1.37 or 1.37.x`);
  }
  return { line: match[1], exact: match[2] === undefined ? undefined : `${match[1]}.${match[2]}` };
};

/** Finds the committed module of the wanted version, or derives one in the cache from what that version's own go.mod says. */
export const ensureModuleFolder = async (request: ModuleRequest): Promise<ModuleFolder> => {
  const committed = await readCommitted();
  const newest = committed[0];
  if (request.kubernetes === undefined) {
    if (newest === undefined) throw new Error(`${committedFolder} holds no version`);
    return newest;
  }
  const { line, exact } = decodeRequest(request.kubernetes);
  const known = committed.find(
    ({ version }) => version === exact || (exact === undefined && version.startsWith(`${line}.`)),
  );
  return known ?? deriveModule(exact ?? line, request);
};

const downloadKubernetes = async (query: string, signal: AbortSignal | undefined) => {
  const answer = await runGo({
    args: ["mod", "download", "-json", `k8s.io/kubernetes@v${query}`],
    folder: tmpdir(),
    ...(signal === undefined ? {} : { signal }),
  });
  const { Version, GoMod } = JSON.parse(answer) as { Version: string; GoMod: string };
  return { version: Version.replace(/^v/, ""), goModFile: GoMod };
};

const deriveModule = async (
  query: string,
  { cacheFolder, say, signal }: ModuleRequest,
): Promise<ModuleFolder> => {
  const folderOf = (version: string): string => join(cacheFolder, version, "module");
  if (existsSync(folderOf(query))) return { folder: folderOf(query), version: query };

  say(`asking the Go module proxy for Kubernetes ${query}`);
  const { version, goModFile } = await downloadKubernetes(query, signal);
  const folder = folderOf(version);
  if (existsSync(folder)) return { folder, version };

  const upstream = await readFile(goModFile, "utf8");
  await ensureGo(tmpdir(), upstream);
  say(`resolving the modules of Kubernetes ${version}`);
  await mkdir(join(cacheFolder, version), { recursive: true });
  const draft = await mkdtemp(join(cacheFolder, version, "module-"));
  try {
    await writeFile(join(draft, "go.mod"), buildGoMod(version, decodeKubernetesModule(upstream)));
    await runGo({
      args: ["mod", "tidy"],
      folder: draft,
      env: { GOFLAGS: "-mod=mod" },
      ...(signal === undefined ? {} : { signal }),
    });
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return { folder, version };
};
