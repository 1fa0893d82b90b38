import { everyUid } from "#api/meta/uid-range.ts";
import type { UidRange } from "#api/meta/uid-range.ts";

function hex(value: bigint): string {
  return `0x${value.toString(16).padStart(16, "0")}`;
}

/**
 * The `shardSelector` parameter of a sharded list and watch (KEP-5866) for a range of uids; undefined for the range of
 * all. A server that does not know it answers with everything, so the receiver filters in any case.
 */
export function shardSelectorOf(range: UidRange): string | undefined {
  const isEvery =
    range.startInclusive === everyUid.startInclusive && range.endExclusive === everyUid.endExclusive;
  if (isEvery) return undefined;
  return `shardRange(object.metadata.uid,'${hex(range.startInclusive)}','${hex(range.endExclusive)}')`;
}
