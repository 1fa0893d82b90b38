/**
 * Which uids one process owns: the FNV-1a hash (64 bit) of the uid falls into a half-open range, as in the API server's
 * sharded list and watch (KEP-5866).
 */
export interface UidRange {
  readonly startInclusive: bigint;
  readonly endExclusive: bigint;
}

const end = 1n << 64n;

/** The range of a process that is alone. */
export const everyUid: UidRange = { startInclusive: 0n, endExclusive: end };

/** The range of shard `index` (from 0) of `count` equal shards. */
export function shardRange(index: number, count: number): UidRange {
  const share = (n: number): bigint => (end * BigInt(n)) / BigInt(count);
  return { startInclusive: share(index), endExclusive: share(index + 1) };
}

/** FNV-1a, 64 bit, over the UTF-8 bytes of `uid`. */
export function hashUid(uid: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(uid)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash;
}

/** True where this range owns `uid`; the full range owns every uid without hashing. */
export function ownsUid(range: UidRange, uid: string): boolean {
  if (range.startInclusive === 0n && range.endExclusive === end) return true;
  const hash = hashUid(uid);
  return hash >= range.startInclusive && hash < range.endExclusive;
}
