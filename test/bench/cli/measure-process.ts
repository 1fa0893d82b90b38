import { spawn } from "node:child_process";
import { once } from "node:events";

/** What a process needed, and what it said last. */
export interface ProcessMeasure {
  readonly code: number | null;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMiB: number;
  readonly lastLine: string;
}

const marker = "rearguard-bench-usage ";
/** Writes what the process used when it ends, into standard error, where nothing is in its way. */
const probe = `data:text/javascript,${encodeURIComponent(
  `import { writeSync } from "node:fs";
   process.on("exit", () => writeSync(2, "\\n${marker}" + JSON.stringify(process.resourceUsage()) + "\\n"));`,
)}`;

/** Runs Node with these arguments to its end; what it prints is read and dropped. */
export const measureNode = async (args: readonly string[], signal: AbortSignal): Promise<ProcessMeasure> => {
  const startMs = performance.now();
  const child = spawn(process.execPath, ["--import", probe, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  const [out, errors] = [new Tail(), new Tail()];
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => out.add(chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => errors.add(chunk));
  const [code] = (await once(child, "close")) as [number | null];
  const wallMs = performance.now() - startMs;
  const usage = errors.text.split("\n").find((line) => line.startsWith(marker));
  if (usage === undefined) throw new Error(`node ${args.join(" ").slice(0, 200)} failed: ${errors.text}`);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(
    usage.slice(marker.length),
  ) as NodeJS.ResourceUsage;
  return {
    code,
    wallMs,
    cpuMs: (userCPUTime + systemCPUTime) / 1_000,
    peakMiB: maxRSS / 1_024,
    lastLine: out.text.trimEnd().split("\n").at(-1) ?? "",
  };
};

const tailLength = 20_000;

/** The end of an output. */
class Tail {
  text = "";

  add(chunk: string): void {
    this.text = (this.text + chunk).slice(-tailLength);
  }
}
