import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { once } from "node:events";
import { freePort } from "#test/support/control-plane/free-ports.ts";
import { guardGroup, releaseGroup } from "#test/support/control-plane/process-guard.ts";
import { readImageEnvironment } from "./image-flags.ts";
import { parseMetrics } from "./prometheus-text.ts";
import type { Sample } from "./prometheus-text.ts";

export interface OperatorOptions {
  /** The production bundle. */
  readonly bundle: string;
  readonly kubeconfigPath: string;
  readonly settingsFile: string;
  readonly logFile: string;
  readonly nodeFlags?: readonly string[];
}

const stopDeadlineMs = 30_000;
const logTailLines = 30;

/** The operator as a process of its own, as it runs in the image. */
export interface OperatorProcess {
  readonly pid: number;
  /** `performance.now()` at its start. */
  readonly startedAt: number;
  isReady(): Promise<boolean>;
  metrics(): Promise<readonly Sample[]>;
  log(): Promise<string>;
  /** Throws with the end of its log where it has ended. */
  mustRun(): void;
  /** Asks it to end and waits for that; rejects where it does not, or fails. */
  stop(): Promise<void>;
}

const answerOf = async (
  url: string,
): Promise<{ readonly status: number; readonly text: string } | undefined> => {
  try {
    const response = await fetch(url);
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
};

const waitForEnd = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await once(child, "exit", { signal: AbortSignal.timeout(stopDeadlineMs) });
};

export const startOperator = async (options: OperatorOptions): Promise<OperatorProcess> => {
  const [metricsAddress, healthAddress] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const log = openSync(options.logFile, "a");
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...(options.nodeFlags ?? []),
      options.bundle,
      "controller",
      `--kubeconfig=${options.kubeconfigPath}`,
      `--config=${options.settingsFile}`,
      `--metrics-address=${metricsAddress}`,
      `--health-address=${healthAddress}`,
    ],
    {
      detached: true,
      stdio: ["ignore", log, log],
      // What is set for the bench must not change what is measured.
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...(await readImageEnvironment()) },
    },
  );
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw new Error("the operator cannot be started");
  guardGroup(pid);
  child.once("exit", () => releaseGroup(pid));
  const readLog = (): Promise<string> => readFile(options.logFile, "utf8");
  const failure = async (what: string): Promise<Error> => {
    const tail = (await readLog()).trimEnd().split("\n").slice(-logTailLines).join("\n");
    return new Error(`the operator ${what}. The end of its log:\n${tail}`);
  };
  let ended: Error | undefined;
  let stopping = false;
  child.once("exit", (code, signal) => {
    if (!stopping) void failure(`ended (${signal ?? `code ${code}`})`).then((error) => (ended = error));
  });

  return {
    pid,
    startedAt,
    isReady: async () => (await answerOf(`http://${healthAddress}/readyz`))?.status === 200,
    metrics: async () => parseMetrics((await answerOf(`http://${metricsAddress}/metrics`))?.text ?? ""),
    log: readLog,
    mustRun: () => {
      if (ended !== undefined) throw ended;
    },
    stop: async () => {
      stopping = true;
      child.kill("SIGTERM");
      try {
        await waitForEnd(child);
      } catch {
        process.kill(-pid, "SIGKILL");
        throw await failure(`did not end within ${stopDeadlineMs / 1_000} s`);
      }
      if (child.exitCode !== 0)
        throw await failure(`ended with ${child.signalCode ?? `code ${child.exitCode}`}`);
    },
  };
};
