import { readFile } from "node:fs/promises";

/** Of Linux on every platform that Node runs on. */
const ticksPerSecond = 100;

/** What a process has used since its start, as /proc tells. */
export interface ProcessUsage {
  /** Of all threads, in user and kernel mode. */
  readonly cpuMs: number;
  /** High-water mark of the resident set. */
  readonly peakRssMiB: number;
}

export const parseCpuMs = (stat: string): number => {
  // The name of the program, in parentheses, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return (ticks * 1_000) / ticksPerSecond;
};

export const parsePeakRssMiB = (status: string): number =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024;

export const readProcessUsage = async (pid: number): Promise<ProcessUsage> => {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, "utf8"),
    readFile(`/proc/${pid}/status`, "utf8"),
  ]);
  return { cpuMs: parseCpuMs(stat), peakRssMiB: parsePeakRssMiB(status) };
};
