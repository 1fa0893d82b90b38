import { spawn } from "node:child_process";
import { isNewerVersion } from "./version-order.ts";

export interface GoCommand {
  readonly args: readonly string[];
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const missingGo =
  "Go is not installed (no `go` on PATH), and the control plane's programs are built with it. Install Go 1.26 or newer (https://go.dev/dl/), or set KUBEBUILDER_ASSETS to a folder that holds etcd, kube-apiserver and kubectl";

/** Runs go, its messages on our standard error, and answers with its standard output. Throws when it fails or is missing. */
export const runGo = ({ args, folder, env = {}, signal }: GoCommand): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn("go", args, {
      cwd: folder,
      // A toolchain that go downloads by itself would be another one than the machine's owner chose.
      env: { ...process.env, GOTOOLCHAIN: "local", GOWORK: "off", ...env },
      stdio: ["ignore", "pipe", "inherit"],
      ...(signal === undefined ? {} : { signal }),
    });
    const stdout: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "ENOENT" ? new Error(missingGo) : error),
    );
    child.once("close", (code) => {
      const text = Buffer.concat(stdout).toString("utf8");
      if (code === 0) resolve(text);
      else
        reject(
          new Error(`go ${args.join(" ")} failed with exit code ${code}; its messages are above\n${text}`),
        );
    });
  });

/** Throws when the installed Go is older than the `go` line of the module asks for. Answers with the installed version. */
export const ensureGo = async (folder: string, goModText: string): Promise<string> => {
  const installed = (await runGo({ args: ["env", "GOVERSION"], folder })).trim();
  const wanted = /^go (\S+)/m.exec(goModText)?.[1] ?? "1.0";
  if (isNewerVersion(wanted, installed.replace(/^go/, ""))) {
    throw new Error(
      `Go ${wanted} or newer is needed to build this version of Kubernetes, and ${installed} is installed`,
    );
  }
  return installed;
};
