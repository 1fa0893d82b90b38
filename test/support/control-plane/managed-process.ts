import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { guardGroup, releaseGroup } from "./process-guard.ts";

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Everything the process prints is appended here, over restarts too. */
  readonly logFile: string;
}

/** How a process is ended: asked to and given some seconds, or killed on the spot as a crash would. */
export type StopMode = "graceful" | "kill";

const gracefulStopMs = 5_000;
const probeIntervalMs = 50;
const tailLines = 40;

/** A program in a process group of its own that can be started again with the same arguments. */
export class ManagedProcess {
  readonly #spec: ProcessSpec;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #lastExit: string | undefined;
  /** It was ready and nobody has asked it to end: from here on its end is news. */
  #isExpectedToServe = false;

  constructor(spec: ProcessSpec) {
    this.#spec = spec;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** Starts the program; throws when it runs already. That it serves is for `waitUntilReady` to say. */
  start(): void {
    const { name, command, args, logFile } = this.#spec;
    if (this.#child !== undefined) throw new Error(`${name} is running already`);
    const log = openSync(logFile, "a");
    const child = spawn(command, args, { detached: true, stdio: ["ignore", log, log] });
    closeSync(log);
    this.#child = child;
    this.#lastExit = undefined;
    const { pid } = child;
    if (pid !== undefined) guardGroup(pid);
    this.#exited = new Promise((resolve) => {
      const ended = (reason: string) => {
        if (pid !== undefined) releaseGroup(pid);
        this.#child = undefined;
        this.#lastExit = reason;
        if (this.#isExpectedToServe) void this.#report(reason).then((report) => console.error(report));
        this.#isExpectedToServe = false;
        resolve();
      };
      child.once("error", (error) => ended(`could not be started: ${error.message}`));
      child.once("exit", (code, signal) =>
        ended(signal === null ? `exited with code ${code}` : `ended by ${signal}`),
      );
    });
  }

  /** Ends the program and waits until it is gone. Does nothing when it is not running. */
  async stop(mode: StopMode): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    this.#isExpectedToServe = false;
    if (mode === "graceful") {
      child.kill("SIGTERM");
      const timer = new AbortController();
      await Promise.race([
        this.#exited,
        delay(gracefulStopMs, undefined, { signal: timer.signal }).catch(() => {}),
      ]);
      timer.abort();
    }
    if (this.#child === child) process.kill(-child.pid, "SIGKILL");
    await this.#exited;
  }

  /**
   * Polls until `probe` answers true. Throws with the end of the log when the program ends before that or
   * the deadline passes; a probe that throws counts as "not yet" and its message is part of that error.
   */
  async waitUntilReady(probe: () => Promise<boolean>, deadlineMs: number): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    let lastFailure = "it never answered";
    for (;;) {
      if (!this.isRunning) throw new Error(await this.#report(this.#lastExit ?? "is not running"));
      try {
        if (await probe()) {
          this.#isExpectedToServe = this.isRunning;
          return;
        }
        lastFailure = "it answered that it is not ready";
      } catch (error) {
        lastFailure = error instanceof Error ? error.message : String(error);
      }
      if (performance.now() > deadline) {
        throw new Error(await this.#report(`was not ready after ${deadlineMs / 1000} s (${lastFailure})`));
      }
      await delay(probeIntervalMs);
    }
  }

  async #report(what: string): Promise<string> {
    const { name, logFile } = this.#spec;
    const log = await readFile(logFile, "utf8").catch(() => "");
    const tail = log.trimEnd().split("\n").slice(-tailLines).join("\n");
    return `${name} ${what}. The end of its log:\n${tail === "" ? "(empty)" : tail}`;
  }
}
