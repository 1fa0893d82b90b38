import { spawn } from "node:child_process";
import { once } from "node:events";

/** A program that goes on while others run beside it. */
export interface Session {
  /** All that it has printed. */
  printed(): string;
  /** Resolves when `isThere` holds of what it has printed; rejects when it has ended or after a minute. */
  until(what: string, isThere: (printed: string) => boolean): Promise<void>;
  /** Ctrl-C, unless it has ended; resolves to the exit code. */
  interrupt(): Promise<number | null>;
}

const deadlineMs = 60_000;

/**
 * Starts a program, with a terminal of the given size (by `script` of util-linux) or without one. `onText` is given what
 * it prints, as it comes.
 */
export function startSession(
  command: string,
  options: {
    readonly folder: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly terminal?: { readonly columns: number; readonly rows: number };
    readonly onText?: (text: string) => void;
  },
): Session {
  const { terminal, onText = () => {} } = options;
  const line =
    terminal === undefined
      ? `exec ${command}`
      : `stty cols ${terminal.columns} rows ${terminal.rows}; exec ${command}`;
  const [program, args] =
    terminal === undefined
      ? (["bash", ["-c", `${line} 2>&1`]] as const)
      : (["script", ["--quiet", "--flush", "--return", "--command", line, "/dev/null"]] as const);
  const child = spawn(program, args, {
    cwd: options.folder,
    env: { ...process.env, ...options.env },
    stdio: ["pipe", "pipe", "inherit"],
    // Ctrl-C reaches the group of a terminal.
    detached: true,
  });
  let text = "";
  let wake = (): void => {};
  const ended = once(child, "close") as Promise<[number | null]>;
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    onText(chunk);
    wake();
  });
  let isOver = false;
  const over = ended.then(() => {
    isOver = true;
    return "ended" as const;
  });
  return {
    printed: () => text,
    async until(what, isThere) {
      const endMs = performance.now() + deadlineMs;
      while (!isThere(text)) {
        const next = Promise.withResolvers<"more">();
        wake = () => next.resolve("more");
        const timer = setTimeout(wake, deadlineMs);
        const outcome = await Promise.race([next.promise, over]);
        clearTimeout(timer);
        if (isThere(text)) return;
        if (outcome === "ended" || performance.now() > endMs) {
          throw new Error(`${command}: waited in vain until ${what}; it printed:\n${text}`);
        }
      }
    },
    async interrupt() {
      if (isOver) return child.exitCode;
      if (terminal === undefined && child.pid !== undefined) process.kill(-child.pid, "SIGINT");
      else child.stdin.write("\u0003");
      const [code] = await ended;
      return code;
    },
  };
}
