import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

export interface KubectlResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code; 128 + signal number does not occur, a killed kubectl gives -1. */
  readonly code: number;
}

/** Runs kubectl with the arguments, `stdin` on its standard input; a failing kubectl is an answer, not an error. */
export type Kubectl = (args: readonly string[], stdin?: string) => Promise<KubectlResult>;

export interface KubectlOptions {
  readonly command: string;
  readonly kubeconfigPath: string;
  /** Where kubectl keeps what it learnt of the server's kinds; one folder per server and run. */
  readonly cacheFolder?: string;
}

const executable = process.platform === "win32" ? "kubectl.exe" : "kubectl";

/** The kubectl of a folder with binaries, else that of PATH. */
export const locateKubectl = (assets?: string): string => {
  const folder = assets ?? process.env["REARGUARD_TEST_ASSETS"] ?? process.env["KUBEBUILDER_ASSETS"];
  const inFolder = folder === undefined || folder === "" ? undefined : join(folder, executable);
  return inFolder !== undefined && existsSync(inFolder) ? inFolder : "kubectl";
};

/** True where `locateKubectl` finds one that can be run. */
export const hasKubectl = (): boolean => {
  const found = locateKubectl();
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return (
    found !== "kubectl" || folders.some((folder) => folder !== "" && existsSync(join(folder, executable)))
  );
};

/** Binds kubectl to one cluster. Settings of the user (kubeconfig, kuberc) do not reach it. Rejects only when kubectl cannot be started. */
export const buildKubectl =
  ({ command, kubeconfigPath, cacheFolder = join(tmpdir(), "kubectl-cache") }: KubectlOptions): Kubectl =>
  (args, stdin) =>
    new Promise((resolve, reject) => {
      const child = spawn(
        command,
        [`--kubeconfig=${kubeconfigPath}`, `--cache-dir=${cacheFolder}`, ...args],
        {
          env: { ...process.env, KUBECONFIG: kubeconfigPath, KUBERC: "off" },
          stdio: ["pipe", "pipe", "pipe"],
        },
      );
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
      child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
      // kubectl may end without having read its input; its exit code says what there is to say.
      child.stdin.on("error", () => {});
      child.once("error", (error) => reject(new Error(`${command} cannot be started: ${error.message}`)));
      child.once("close", (code) => {
        resolve({
          stdout: Buffer.concat(stdout).toString("utf8"),
          stderr: Buffer.concat(stderr).toString("utf8"),
          code: code ?? -1,
        });
      });
      child.stdin.end(stdin ?? "");
    });
