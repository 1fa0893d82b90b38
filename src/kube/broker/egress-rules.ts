import { BlockList, isIP } from "node:net";

export interface EgressSettings {
  /** Hosts that service calls may reach: `name`, `name:port`, `*.suffix`. Empty: none. */
  readonly allowedHosts: readonly string[];
  readonly blockedHosts: readonly string[];
  /** Ranges (CIDR) that allowed hosts may resolve to although they are not public. */
  readonly privateNetworks: readonly string[];
}

/** Ranges that are not the public internet: private, shared, loopback, link-local (metadata services), test, multicast. */
const closedRanges = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "::/128",
  "::1/128",
  // NAT64 and 6to4 carry IPv4 addresses that the ranges above could not see.
  "64:ff9b::/96",
  "2002::/16",
  "2001:db8::/32",
  "fc00::/7",
  "fe80::/10",
  "ff00::/8",
];

const closed = blockListOf(closedRanges);

/** A list of ranges; entries that are none are left out. */
function blockListOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits = ""] = range.split("/");
    const family = isIP(address);
    const prefix = bits === "" ? (family === 4 ? 32 : 128) : Number(bits);
    const fits = Number.isInteger(prefix) && prefix >= 0 && prefix <= (family === 4 ? 32 : 128);
    if (family !== 0 && fits) list.addSubnet(address, prefix, family === 4 ? "ipv4" : "ipv6");
  }
  return list;
}

/** The IPv4 address inside an IPv4-mapped IPv6 one, else the address itself. */
function unmapped(address: string): string {
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (dotted !== undefined) return dotted;
  const hex = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/i.exec(address);
  if (hex === null) return address;
  const [high, low] = [Number.parseInt(hex[1] ?? "", 16), Number.parseInt(hex[2] ?? "", 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** True where a connection to `address` may be made. */
export function isOpenAddress(address: string, privateNetworks: readonly string[]): boolean {
  const plain = unmapped(address);
  const family = isIP(plain);
  // An address with a zone is local to an interface.
  if (family === 0 || plain.includes("%")) return false;
  const type = family === 4 ? "ipv4" : "ipv6";
  return !closed.check(plain, type) || blockListOf(privateNetworks).check(plain, type);
}

/** Why `url` is not called; undefined where its host is allowed. Its addresses are checked when they are known. */
export function refuseUrl(url: URL, { allowedHosts, blockedHosts }: EgressSettings): string | undefined {
  if (url.protocol !== "http:" && url.protocol !== "https:") return "only http and https can be called";
  if (url.username !== "" || url.password !== "") return "a URL must not carry credentials";
  if (blockedHosts.some((pattern) => matchesHost(url, pattern))) {
    return `the host ${url.hostname} is blocked by the setting httpBlocklist`;
  }
  if (!allowedHosts.some((pattern) => matchesHost(url, pattern))) {
    return `the host ${url.hostname} is not allowed; an administrator can name it in the setting httpAllowlist`;
  }
  return undefined;
}

/** `name`, `name:port`, `*.suffix`, `*.suffix:port`, in any case. A suffix stands for names below it only. */
function matchesHost(url: URL, pattern: string): boolean {
  const [, name = "", port] = /^(.*?)(?::(\d+))?$/.exec(pattern.toLowerCase().trim()) ?? [];
  const actualPort = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  if (port !== undefined && port !== actualPort) return false;
  const host = url.hostname.toLowerCase().replace(/\.$/, "");
  return name.startsWith("*.") ? host.endsWith(name.slice(1)) && host.length >= name.length : host === name;
}
