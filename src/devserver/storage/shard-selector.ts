import { badRequest } from "../errors/api-failure.ts";
import { textAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";

interface Range {
  readonly field: "uid" | "namespace";
  readonly start: bigint;
  readonly end: bigint;
}

const term =
  /^shardRange\(\s*object\.metadata\.(uid|namespace)\s*,\s*'(0x[0-9a-f]{1,17})'\s*,\s*'(0x[0-9a-f]{1,17})'\s*\)$/;

/** Reads a `shardSelector` (KEP-5866): ranges of hashes, joined by `||`. Throws a 400 for anything else. */
export function parseShardSelector(text: string): (stored: JsonObject) => boolean {
  const ranges = text.split("||").map((part): Range => {
    const match = term.exec(part.trim());
    if (match === null)
      throw badRequest(`invalid shardSelector: ${JSON.stringify(part)} is no shardRange(…)`);
    const [, field, start = "0x0", end = "0x0"] = match;
    return { field: field === "uid" ? "uid" : "namespace", start: BigInt(start), end: BigInt(end) };
  });
  return (stored) =>
    ranges.some(({ field, start, end }) => {
      const hash = fnv1a(textAt(stored, "metadata", field));
      return hash >= start && hash < end;
    });
}

const offset = 0xcbf29ce484222325n;
const prime = 0x100000001b3n;

/** FNV-1a with 64 bits, as the API server hashes. */
function fnv1a(text: string): bigint {
  let hash = offset;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * prime);
  return hash;
}
