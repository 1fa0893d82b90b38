import type { CleanupLimits } from "./cleanup-options.ts";

/** What a run found before it deleted anything. */
export interface RunCounts {
  readonly scanned: number;
  readonly matched: number;
  /** Matched objects by namespace; cluster-scoped ones under the empty name. */
  readonly byNamespace: ReadonlyMap<string, number>;
}

/** The limits that a run exceeds, for people; empty where it may go on. */
export function exceededLimits(limits: CleanupLimits, counts: RunCounts): readonly string[] {
  const { maxCount, maxPercent, percentFrom, maxPerNamespace } = limits;
  const { scanned, matched, byNamespace } = counts;
  const exceeded: string[] = [];
  if (maxCount !== undefined && matched > maxCount) {
    exceeded.push(`${matched} objects match, the limit is ${maxCount}`);
  }
  if (maxPercent !== undefined && matched > percentFrom && matched * 100 > scanned * maxPercent) {
    const percent = Math.round((matched * 1000) / scanned) / 10;
    exceeded.push(`${matched} of ${scanned} objects match (${percent} %), the limit is ${maxPercent} %`);
  }
  if (maxPerNamespace !== undefined) {
    const over = [...byNamespace].filter(([namespace, count]) => namespace !== "" && count > maxPerNamespace);
    const [worst] = over.toSorted(([, a], [, b]) => b - a);
    if (worst !== undefined) {
      const others = over.length > 1 ? ` and ${over.length - 1} other namespaces exceed it` : "";
      exceeded.push(
        `${worst[1]} objects match in namespace ${worst[0]}, the limit is ${maxPerNamespace}${others}`,
      );
    }
  }
  return exceeded;
}
