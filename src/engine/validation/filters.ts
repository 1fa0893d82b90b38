import type { MatchResources, ResourceFilter } from "#api/kyverno/match.ts";

/** A filter of a match or exclude block, and where it stands. */
export type PlacedFilter = readonly [filter: ResourceFilter, path: string];

/** All filters of a block: the block itself, which is one in the old form, then those of any and of all. */
export function allFilters(block: MatchResources, path: string): readonly PlacedFilter[] {
  return [[block, path], ...placed(block.any, `${path}.any`), ...placed(block.all, `${path}.all`)];
}

/** The filters that count: those of any, else those of all, else the block itself. */
export function countingFilters(block: MatchResources, path: string): readonly PlacedFilter[] {
  if ((block.any ?? []).length > 0) return placed(block.any, `${path}.any`);
  if ((block.all ?? []).length > 0) return placed(block.all, `${path}.all`);
  return [[block, path]];
}

function placed(filters: readonly ResourceFilter[] | undefined, path: string): readonly PlacedFilter[] {
  return (filters ?? []).map((filter, index) => [filter, `${path}[${index}]`] as const);
}
