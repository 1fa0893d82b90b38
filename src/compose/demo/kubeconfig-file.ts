import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "#cli/usage-error.ts";

/** A kubeconfig on disk. */
export interface KubeconfigFile {
  readonly path: string;
  /** Takes away what was written. */
  remove(): void;
}

/**
 * Writes a kubeconfig that only its owner can read, to `path` or into a new temporary folder. It is also removed when the
 * process ends otherwise. Rejects with what to do where it cannot be written.
 */
export async function writeKubeconfigFile(
  contents: string,
  path: string | undefined,
): Promise<KubeconfigFile> {
  let folder: string | undefined;
  let file = path ?? "";
  try {
    if (path === undefined) {
      folder = await mkdtemp(join(tmpdir(), "rearguard-"));
      file = join(folder, "kubeconfig");
    }
    // An existing file may be somebody's real kubeconfig.
    await writeFile(file, contents, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    throw new UsageError(whyNot(error, path));
  }
  const remove = (): void => {
    process.off("exit", remove);
    rmSync(folder ?? file, { recursive: true, force: true });
  };
  process.on("exit", remove);
  return { path: file, remove };
}

function whyNot(error: unknown, path: string | undefined): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EEXIST") return `${path} exists and is not overwritten; name a new file with --kubeconfig`;
  return `cannot write the kubeconfig to ${path ?? tmpdir()} (${code ?? message}); name a file with --kubeconfig`;
}
