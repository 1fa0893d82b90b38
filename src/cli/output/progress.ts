import type { CliIo } from "../cli-io.ts";

const shownAfterMs = 2000;
const everyMs = 100;

/** A line on the terminal that counts objects, where the work takes longer than a moment. */
export interface Progress {
  advance(): void;
  end(): void;
}

/** Shows nothing where standard error is no terminal. */
export function startProgress({ stderr, nowMs }: CliIo): Progress {
  const startMs = nowMs();
  let count = 0;
  let lastMs = 0;
  return {
    advance() {
      count += 1;
      if (!stderr.isTerminal) return;
      const now = nowMs();
      if (now - startMs < shownAfterMs || now - lastMs < everyMs) return;
      lastMs = now;
      stderr.write(`\r${count} objects judged`);
    },
    end() {
      if (lastMs > 0) stderr.write("\r\u001b[K");
    },
  };
}
