import type { TargetRow } from "../scan/targets.ts";
import type { CliFigures, GrowthFigures } from "./figures.ts";

const maxGrowthMiB = 64;
const maxStartMs = 150;

const thousands = (value: number): string => Math.round(value).toLocaleString("en-US");

const shown = (what: string, measured: string): TargetRow => ({
  what,
  measured,
  target: "",
  met: true,
  decides: false,
});

const growthRow = (figures: GrowthFigures): TargetRow => {
  const { what, decides, resources, results, smallMiB, largeMiB, cpuSeconds } = figures;
  const growth = largeMiB - smallMiB;
  const detail = `${thousands(results)} results in ${cpuSeconds.toFixed(0)} s of CPU`;
  return {
    what: `${what}: peak of ${thousands(resources)} objects minus that of 1,000 (${detail})`,
    measured: `${growth.toFixed(0)} MiB (${largeMiB.toFixed(0)} − ${smallMiB.toFixed(0)})`,
    target: decides ? `≤ ${maxGrowthMiB} MiB` : "",
    met: !decides || growth <= maxGrowthMiB,
    decides,
  };
};

/** Every figure beside what it should be. Times decide nothing. */
export const compareCliWithTargets = ({ throughput, growth, start }: CliFigures): readonly TargetRow[] => [
  shown(
    `results per second of CPU, ${throughput.policyFiles} policy files at once on the bundle`,
    `${thousands(throughput.results / throughput.cpuSeconds)} (${thousands(throughput.results)} in ${throughput.cpuSeconds.toFixed(1)} s)`,
  ),
  shown("the same by the clock", thousands(throughput.results / throughput.wallSeconds)),
  shown("its peak of memory", `${throughput.peakMiB.toFixed(0)} MiB`),
  ...growth.map(growthRow),
  {
    what: "start of the bundle for --help",
    measured: `${start.helpMs.toFixed(0)} ms (${start.helpCpuMs.toFixed(0)} ms of CPU)`,
    target: `< ${maxStartMs} ms`,
    met: start.helpMs < maxStartMs,
    decides: false,
  },
  shown("start of Node alone", `${start.nodeMs.toFixed(0)} ms`),
];
