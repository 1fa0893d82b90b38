import type { TargetRow } from "../scan/targets.ts";
import type { MutateFigures } from "./figures.ts";

const row = (
  what: string,
  value: number,
  target: string,
  met: boolean,
  { decides = true, digits = 0 }: { readonly decides?: boolean; readonly digits?: number } = {},
): TargetRow => ({ what, measured: value.toFixed(digits), target, met, decides });

const maxWritesPerTarget = 1.1;
const maxPeakRssMiB = 250;

/** The figures against what they have to be. */
export const compareMutateWithTargets = (figures: MutateFigures): readonly TargetRow[] => {
  // The MutatingPolicy itself asks for its trigger, which is of the same kind: once.
  const maxReads = figures.policy === "mpol" ? 1 : 0;
  const maxListPages = 100 + 4 * Math.ceil(figures.targets / 500);
  return [
    row("targets that are right", figures.right, `= ${figures.targets}`, figures.right === figures.targets),
    row(
      "writes per target",
      figures.writesPerTarget,
      `≤ ${maxWritesPerTarget}`,
      figures.writesPerTarget <= maxWritesPerTarget,
      { digits: 3 },
    ),
    row(
      "single reads of targets",
      figures.reads,
      maxReads === 0 ? "= 0" : `≤ ${maxReads}`,
      figures.reads <= maxReads,
    ),
    row("pages listed", figures.listPages, `≤ ${maxListPages}`, figures.listPages <= maxListPages),
    row("writes of a second pass", figures.secondPassWrites, "= 0", figures.secondPassWrites === 0),
    row(
      "seconds",
      figures.seconds,
      `≤ ${(figures.bareClientSeconds * 1.5).toFixed(1)}`,
      figures.seconds <= figures.bareClientSeconds * 1.5,
      { decides: false, digits: 1 },
    ),
    row("peak resident MiB", figures.peakRssMiB, `≤ ${maxPeakRssMiB}`, figures.peakRssMiB <= maxPeakRssMiB),
  ];
};
