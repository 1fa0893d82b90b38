import { parseIpAddress } from "../../../jmespath/ip-address.ts";
import { CelError } from "../../values/cel-error.ts";

/** An address as its bytes: 4 or 16. */
export type Address = readonly number[];

/** Reads an address. Throws a `CelError` for what is none, for zones and for IPv4 within IPv6. */
export function readAddress(text: string): Address {
  if (/^[0-9a-fA-F:.]+%./.test(text)) {
    throw new CelError(`IP address ${JSON.stringify(text)} with zone value is not allowed`);
  }
  const parsed = parseIpAddress(text);
  if (parsed === undefined) {
    throw new CelError(
      `IP Address ${JSON.stringify(text)} parse error during conversion from string: ` +
        `ParseAddr(${JSON.stringify(text)}): ${reasonOf(text)}`,
    );
  }
  if (parsed.kind === "v6") return parsed.groups.flatMap((group) => [group >> 8, group & 0xff]);
  if (text.includes(":"))
    throw new CelError(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`);
  return parsed.bytes;
}

/** What Go says of texts that are no addresses: the first thing that is wrong, and where. */
function reasonOf(text: string): string {
  const first = /[.:%]/.exec(text)?.[0];
  if (first === "%") return "missing IPv6 address";
  if (first !== ".") return "unable to parse IP";
  let field = "";
  let fields = 1;
  for (const [at, letter] of Array.from(text).entries()) {
    const rest = (): string => ` (at ${JSON.stringify(Array.from(text).slice(at).join(""))})`;
    if (letter >= "0" && letter <= "9") {
      if (field === "0") return "IPv4 field has octet with leading zero";
      field += letter;
      if (Number(field) > 255) return "IPv4 field has value >255";
    } else if (letter !== ".") {
      return `unexpected character${rest()}`;
    } else {
      if (field === "" || at === text.length - 1) return `IPv4 field must have at least one digit${rest()}`;
      if (fields === 4) return "IPv4 address too long";
      fields++;
      field = "";
    }
  }
  return "IPv4 address too short";
}

/** The canonical text: RFC 5952 for IPv6. */
export function addressText(address: Address): string {
  if (address.length === 4) return address.join(".");
  const groups = Array.from({ length: 8 }, (_, index) => groupAt(address, index));
  const { start, length } = longestZeros(groups);
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(":");
  return length < 2 ? text(0, 8) : `${text(0, start)}::${text(start + length, 8)}`;
}

function groupAt(address: Address, index: number): number {
  return ((address[index * 2] ?? 0) << 8) | (address[index * 2 + 1] ?? 0);
}

function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > best.length) best = { start, length: end - start };
  }
  return best;
}

export function isUnspecified(address: Address): boolean {
  return address.every((byte) => byte === 0);
}

export function isLoopback(address: Address): boolean {
  if (address.length === 4) return address[0] === 127;
  return address.every((byte, index) => byte === (index === 15 ? 1 : 0));
}

export function isLinkLocalUnicast([first, second = 0, ...rest]: Address): boolean {
  return rest.length === 2 ? first === 169 && second === 254 : first === 0xfe && (second & 0xc0) === 0x80;
}

export function isLinkLocalMulticast([first, second = 0, third, ...rest]: Address): boolean {
  if (rest.length === 1) return first === 224 && second === 0 && third === 0;
  return first === 0xff && (second & 0x0f) === 0x02;
}

export function isGlobalUnicast(address: Address): boolean {
  const [first = 0] = address;
  const isBroadcast = address.length === 4 && address.every((byte) => byte === 255);
  const isMulticast = address.length === 4 ? (first & 0xf0) === 0xe0 : first === 0xff;
  return (
    !isUnspecified(address) &&
    !isBroadcast &&
    !isMulticast &&
    !isLoopback(address) &&
    !isLinkLocalUnicast(address)
  );
}

/** A block of addresses. Host bits are kept. */
export interface Prefix {
  readonly address: Address;
  readonly bits: number;
}

/** Reads `10.0.0.0/8`. Throws a `CelError`. */
export function readPrefix(text: string): Prefix {
  const slash = text.lastIndexOf("/");
  const fail = (reason: string): CelError =>
    new CelError(
      "network address parse error during conversion from string: " +
        "network address parse error during conversion from string: " +
        `netip.ParsePrefix(${JSON.stringify(text)}): ${reason}`,
    );
  if (slash < 0) throw fail("no '/'");
  const bits = text.slice(slash + 1);
  const parsed = parseIpAddress(text.slice(0, slash));
  if (parsed === undefined) {
    const address = text.slice(0, slash);
    throw fail(`ParseAddr(${JSON.stringify(address)}): ${reasonOf(address)}`);
  }
  const address = readAddress(text.slice(0, slash));
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(bits)) throw fail(`bad bits after slash: ${JSON.stringify(bits)}`);
  if (Number(bits) > address.length * 8) throw fail("prefix length out of range");
  return { address, bits: Number(bits) };
}

/** The prefix without host bits. */
export function maskedPrefix({ address, bits }: Prefix): Prefix {
  return { address: address.map((byte, index) => byte & maskByte(bits - index * 8)), bits };
}

function maskByte(bits: number): number {
  if (bits >= 8) return 0xff;
  return bits <= 0 ? 0 : (0xff << (8 - bits)) & 0xff;
}

export function prefixContains(prefix: Prefix, address: Address): boolean {
  if (prefix.address.length !== address.length) return false;
  const masked = maskedPrefix({ address, bits: prefix.bits }).address;
  return maskedPrefix(prefix).address.every((byte, index) => byte === masked[index]);
}

export function prefixText({ address, bits }: Prefix): string {
  return `${addressText(address)}/${bits}`;
}
