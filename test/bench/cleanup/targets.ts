import type { TargetRow } from "../scan/targets.ts";
import type { CleanupFigures, CleanupRunFigures } from "./figures.ts";

const row = (
  what: string,
  value: number,
  target: string,
  met: boolean,
  decides = true,
  digits = 0,
): TargetRow => ({
  what,
  measured: value.toFixed(digits),
  target,
  met,
  decides,
});

const peakLimitMiB = 200;

const runRows = (kind: string, run: CleanupRunFigures, figures: CleanupFigures): readonly TargetRow[] => {
  const least = figures.matching - figures.recreated;
  const pages = Math.ceil(figures.objects / 500);
  return [
    row(
      `${kind}: deleted`,
      run.deleted,
      `≥ ${least}`,
      run.deleted >= least && run.deleted <= figures.matching,
    ),
    row(`${kind}: wrong deletes`, run.wrongDeletes, "= 0", run.wrongDeletes === 0),
    row(
      `${kind}: delete calls per object`,
      run.deleteCallsPerObject,
      "≤ 1.02",
      run.deleteCallsPerObject <= 1.02,
      true,
      3,
    ),
    row(`${kind}: pages listed`, run.listPages, `≤ ${2 * pages + 4}`, run.listPages <= 2 * pages + 4),
    row(
      `${kind}: seconds`,
      run.seconds,
      `≤ ${(run.bareClientSeconds * 1.5).toFixed(1)}`,
      run.seconds <= run.bareClientSeconds * 1.5,
      false,
      1,
    ),
    row(`${kind}: peak resident MiB`, run.peakRssMiB, `≤ ${peakLimitMiB}`, run.peakRssMiB <= peakLimitMiB),
  ];
};

/** The figures against what they have to be. */
export const compareCleanupWithTargets = (figures: CleanupFigures): readonly TargetRow[] => [
  ...runRows("ClusterCleanupPolicy", figures.cleanupPolicy, figures),
  ...runRows("DeletingPolicy", figures.deletingPolicy, figures),
  row(
    "TTL: deleted",
    figures.ttl.deleted,
    `= ${figures.ttl.objects}`,
    figures.ttl.deleted === figures.ttl.objects,
  ),
  row(
    "TTL: share within a second",
    figures.ttl.withinOneSecond,
    "≥ 0.99",
    figures.ttl.withinOneSecond >= 0.99,
    false,
    4,
  ),
];
