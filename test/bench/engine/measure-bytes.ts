import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { BytesFigures } from "./figures.ts";

const run = promisify(execFile);
const script = fileURLToPath(new URL("bytes-process.ts", import.meta.url));
/** MiB: no round of the measurement may fill it. */
const youngGeneration = 256;

/** Runs the measurement of allocations in a process with the flags that it needs. */
export const measureBytes = async (
  corpus: string,
  smallPodBytes: number,
  largePodBytes: number,
  signal: AbortSignal,
): Promise<readonly BytesFigures[]> => {
  const { stdout } = await run(
    process.execPath,
    [
      "--expose-gc",
      `--min-semi-space-size=${youngGeneration}`,
      `--max-semi-space-size=${youngGeneration}`,
      script,
      corpus,
      String(smallPodBytes),
      String(largePodBytes),
    ],
    { signal },
  );
  return JSON.parse(stdout) as readonly BytesFigures[];
};
