/** An IP address as its groups: four bytes, or eight groups of sixteen bits. */
export type IpAddress =
  | { readonly kind: "v4"; readonly bytes: readonly number[] }
  | { readonly kind: "v6"; readonly groups: readonly number[] };

/** Reads an address as Go's `net.ParseIP` does: no leading zeros, no zone. Addresses of mapped IPv4 are IPv4. */
export function parseIpAddress(text: string): IpAddress | undefined {
  return text.includes(":") ? parseV6(text) : parseV4(text);
}

function parseV4(text: string): IpAddress | undefined {
  const bytes = dottedBytes(text);
  return bytes === undefined ? undefined : { kind: "v4", bytes };
}

function dottedBytes(text: string): readonly number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function parseV6(text: string): IpAddress | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? "");
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? "") : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (!isMapped) return { kind: "v6", groups };
  return { kind: "v4", bytes: groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]) };
}

function groupsOf(text: string): readonly number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.includes(".")) {
      const [a = 0, b = 0, c = 0, d] = dottedBytes(part) ?? [];
      if (d === undefined) return undefined;
      groups.push((a << 8) | b, (c << 8) | d);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

/** Loopback, and the private ranges of RFC 1918 and RFC 4193. */
export function isInternalAddress(address: IpAddress): boolean {
  if (address.kind === "v6") {
    const [first = 0] = address.groups;
    const isLoopback = address.groups.every((group, index) => group === (index === 7 ? 1 : 0));
    return isLoopback || (first & 0xfe00) === 0xfc00;
  }
  const [first = 0, second = 0] = address.bytes;
  return (
    first === 127 ||
    first === 10 ||
    (first === 172 && (second & 0xf0) === 16) ||
    (first === 192 && second === 168)
  );
}
