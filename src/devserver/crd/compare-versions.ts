const pattern = /^v(\d+)(?:(alpha|beta)(\d+))?$/;

/** Orders versions as the API server prefers them: stable before beta before alpha, then newer first, then by name. */
export function compareVersions(left: string, right: string): number {
  const a = rankOf(left);
  const b = rankOf(right);
  if (a === undefined || b === undefined) {
    if (a !== undefined) return -1;
    if (b !== undefined) return 1;
    return left < right ? -1 : left > right ? 1 : 0;
  }
  for (const [i, rank] of a.entries()) {
    const difference = (b[i] ?? 0) - rank;
    if (difference !== 0) return difference;
  }
  return 0;
}

function rankOf(version: string): readonly number[] | undefined {
  const match = pattern.exec(version);
  if (match === null) return undefined;
  const [, major, stage, minor] = match;
  const stageRank = stage === undefined ? 2 : stage === "beta" ? 1 : 0;
  return [stageRank, Number(major), Number(minor ?? 0)];
}
