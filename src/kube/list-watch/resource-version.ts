const decimal = /^[1-9]\d*$/;

/**
 * True where `now` is lower than `before`: the store was put back to an older state. Undefined where the two cannot be
 * compared; only decimal resourceVersions can (KEP-5504), those of some aggregated APIs are not.
 */
export function isOlder(now: string, before: string): boolean | undefined {
  if (!decimal.test(now) || !decimal.test(before)) return undefined;
  return now.length === before.length ? now < before : now.length < before.length;
}
