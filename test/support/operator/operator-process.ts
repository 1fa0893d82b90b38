import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import "#test/support/compile-cache.ts";
import { operatorEndpoints } from "./operator-endpoints.ts";
import type { OperatorEndpoints } from "./operator-endpoints.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

export interface OperatorOptions {
  readonly kubeconfigPath: string;
  /** Where its log goes. */
  readonly logPath: string;
  readonly flags?: readonly string[];
  /** Default: the source, run by this Node. */
  readonly entry?: string;
  readonly nodeFlags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** The operator as a process of its own. */
export interface OperatorProcess extends OperatorEndpoints {
  readonly child: ChildProcess;
  /** Ends it with a signal and resolves to its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts the operator and resolves when it serves its endpoints; rejects with the end of its log where it ends. */
export async function startOperator(options: OperatorOptions): Promise<OperatorProcess> {
  const { kubeconfigPath, logPath, flags = [], nodeFlags = [] } = options;
  const log = createWriteStream(logPath, { flags: "a" });
  const entry = options.entry ?? `${root}src/main.ts`;
  const address = ["--metrics-address=127.0.0.1:0", "--health-address=127.0.0.1:0"];
  const args = [
    ...nodeFlags,
    entry,
    "controller",
    `--kubeconfig=${kubeconfigPath}`,
    "--log-format=json",
    ...address,
    ...flags,
  ];
  const child = spawn(execPath, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...options.env },
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once("exit", (code) => resolve(code));
  });
  const killWithParent = (): void => void child.kill("SIGKILL");
  process.once("exit", killWithParent);
  void exited.then(() => process.off("exit", killWithParent));

  const ports = await servedPorts(child, (chunk) => log.write(chunk), exited, logPath);
  return {
    child,
    ...operatorEndpoints(ports),
    stop(signal = "SIGTERM") {
      child.kill(signal);
      return exited;
    },
  };
}

async function servedPorts(
  child: ChildProcess,
  write: (chunk: string) => void,
  exited: Promise<number | null>,
  logPath: string,
): Promise<{ readonly health: number; readonly metrics: number }> {
  const { promise, resolve } = Promise.withResolvers<{ health: number; metrics: number }>();
  let text = "";
  let found = false;
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    write(chunk);
    if (found) return;
    text += chunk;
    const health =
      /"message":"serving health"[^\n]*?"port":(\d+)|"port":(\d+)[^\n]*?"message":"serving health"/.exec(
        text,
      );
    const metrics =
      /"message":"serving metrics"[^\n]*?"port":(\d+)|"port":(\d+)[^\n]*?"message":"serving metrics"/.exec(
        text,
      );
    if (health === null || metrics === null) return;
    found = true;
    resolve({ health: Number(health[1] ?? health[2]), metrics: Number(metrics[1] ?? metrics[2]) });
  });
  const ended = exited.then(async (code) => {
    const tail = (await readFile(logPath, "utf8").catch(() => text)).slice(-2_000);
    throw new Error(`the operator ended with code ${code} before it served anything:\n${tail}`);
  });
  ended.catch(() => {});
  return Promise.race([promise, ended]);
}
