import type { TargetRow } from "../scan/targets.ts";
import type { CopyFigures, GenerateFigures } from "./figures.ts";

const row = (
  what: string,
  value: number,
  target: string,
  met: boolean,
  { decides = true, digits = 0 }: { readonly decides?: boolean; readonly digits?: number } = {},
): TargetRow => ({ what, measured: value.toFixed(digits), target, met, decides });

const maxCallsPerCopy = 1.2;
const maxPeakRssMiB = 250;
/** Pages that a list of the triggers, the copies and the reports takes, and one of each kind that is empty. */
const maxListPages = (copies: number): number => 100 + 4 * Math.ceil(copies / 500);

const waveRows = (name: string, wave: CopyFigures, copies: number): readonly TargetRow[] => [
  row(`${name}: copies that are right`, wave.right, `= ${copies}`, wave.right === copies),
  row(
    `${name}: calls per copy`,
    wave.callsPerCopy,
    `≤ ${maxCallsPerCopy}`,
    wave.callsPerCopy <= maxCallsPerCopy,
    { digits: 3 },
  ),
  row(
    `${name}: report writes per trigger`,
    wave.reportsPerTrigger,
    "≤ 1.02",
    wave.reportsPerTrigger <= 1.02,
    {
      digits: 3,
    },
  ),
  row(
    `${name}: pages listed`,
    wave.listPages,
    `≤ ${maxListPages(copies)}`,
    wave.listPages <= maxListPages(copies),
  ),
  row(
    `${name}: seconds`,
    wave.seconds,
    `≤ ${(wave.bareClientSeconds * 1.5).toFixed(1)}`,
    wave.seconds <= wave.bareClientSeconds * 1.5,
    { decides: false, digits: 1 },
  ),
];

/** The figures against what they have to be. */
export const compareGenerateWithTargets = (figures: GenerateFigures): readonly TargetRow[] => [
  ...waveRows("creation", figures.creation, figures.copies),
  ...waveRows("edit of the source", figures.edit, figures.copies),
  row("writes of a restart", figures.restartWrites, "= 0", figures.restartWrites === 0),
  row("peak resident MiB", figures.peakRssMiB, `≤ ${maxPeakRssMiB}`, figures.peakRssMiB <= maxPeakRssMiB),
];
