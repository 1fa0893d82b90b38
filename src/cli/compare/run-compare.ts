import type { CliIo } from "../cli-io.ts";
import type { ClusterWorld } from "../commands/scan-cluster.ts";
import type { ClusterOptions, CompareOptions, ScanOptions } from "../commands/scan-options.ts";
import type { ScanWorld } from "../commands/scan-world.ts";
import type { LoadedPolicy } from "../policies/decode-policy.ts";
import { comparePolicies } from "./compare-policies.ts";
import { compareReports } from "./compare-reports.ts";
import { renderChanges, summarizeChanges } from "./render-changes.ts";
import type { ObjectChange } from "./render-changes.ts";

/** What there is to compare. */
export interface Comparison {
  readonly world: ScanWorld;
  /** The same world where it is a cluster. */
  readonly clusterWorld: ClusterWorld | undefined;
  readonly cluster: ClusterOptions | undefined;
  readonly old: readonly LoadedPolicy[];
  readonly now: readonly LoadedPolicy[];
}

/** How changes are found: by older policies, or by the reports of the cluster. */
export function compareWith(compare: CompareOptions, comparison: Comparison): FindChanges {
  const { world, clusterWorld, cluster, old, now } = comparison;
  if (compare.with === "policies") return (report) => comparePolicies(world, old, now, report);
  if (clusterWorld === undefined || cluster === undefined) throw new Error("reports are in a cluster");
  return (report) => compareReports(clusterWorld, now, cluster, report);
}

/** Finds changes; told what cannot be read or judged. */
type FindChanges = (report: (problem: string) => void) => Promise<readonly ObjectChange[]>;

/**
 * Prints what would change and gives the exit code: 0 where nothing would, 1 where something could not be read or judged,
 * else 2.
 */
export async function runCompare(
  find: FindChanges,
  known: readonly string[],
  { format, color }: ScanOptions,
  io: CliIo,
  complain: (message: string) => void,
): Promise<number> {
  const problems = [...known];
  const changes = await find((problem) => {
    problems.push(problem);
    complain(problem);
  });
  const { stdout, allowsColor } = io;
  stdout.write(
    renderChanges(
      { summary: summarizeChanges(changes), problems, changes },
      format === "json" || format === "yaml" ? format : "table",
      {
        ...(stdout.columns === undefined ? {} : { width: stdout.columns }),
        color: color && allowsColor && stdout.isTerminal,
      },
    ),
  );
  if (problems.length > 0) return 1;
  return changes.length > 0 ? 2 : 0;
}
