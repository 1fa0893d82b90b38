import { traversalCost } from "../../compile/sizes.ts";
import { CelError } from "../../values/cel-error.ts";
import type { FunctionSpec, Library } from "../function-spec.ts";
import {
  addressText,
  isGlobalUnicast,
  isLinkLocalMulticast,
  isLinkLocalUnicast,
  isLoopback,
  isUnspecified,
  maskedPrefix,
  prefixContains,
  prefixText,
  readAddress,
  readPrefix,
} from "./address.ts";
import type { Address, Prefix } from "./address.ts";
import { Opaque } from "./opaque.ts";

const ipSource = "Kubernetes, CEL IP library";
const cidrSource = "Kubernetes, CEL CIDR library";

type IpValue = Opaque<Address>;
type CidrValue = Opaque<Prefix>;

function ipValue(address: Address): IpValue {
  return new Opaque("net.IP", address, (left, right) => addressText(left) === addressText(right));
}

function cidrValue(prefix: Prefix): CidrValue {
  return new Opaque("net.CIDR", prefix, (left, right) => prefixText(left) === prefixText(right));
}

function succeeds(read: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      read(text);
      return true;
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      return false;
    }
  };
}

function ipTest(name: string, holds: (address: Address) => boolean, example: string): FunctionSpec {
  return {
    name: `${name} of an address`,
    source: ipSource,
    overloads: [{ signature: `(net.IP).${name}(): bool`, call: ({ value }: IpValue) => holds(value) }],
    examples: [
      [`ip('${example}').${name}()`, "true"],
      [`ip('8.8.8.8').${name}()`, name === "isGlobalUnicast" ? "true" : "false"],
      [`dyn(1).${name}()`, { error: `no such overload: ${name}(int)` }],
    ],
  };
}

/** IP addresses. */
export const ipLibrary: Library = {
  name: "ip",
  functions: [
    {
      name: "ip",
      source: ipSource,
      overloads: [
        {
          signature: "ip(string): net.IP",
          call: (text: string) => ipValue(readAddress(text)),
          cost: traversalCost,
        },
      ],
      examples: [
        ["ip('::ffff') == ip('0:0::ffff')", "true"],
        [
          "ip('1.2.3')",
          {
            error:
              'IP Address "1.2.3" parse error during conversion from string: ParseAddr("1.2.3"): IPv4 address too short',
          },
        ],
        ["ip('::ffff:1.2.3.4')", { error: 'IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed' }],
      ],
    },
    {
      name: "isIP",
      source: ipSource,
      overloads: [{ signature: "isIP(string): bool", call: succeeds(readAddress), cost: traversalCost }],
      examples: [
        ["isIP('10.0.0.1')", "true"],
        ["isIP('10.0.0.01')", "false"],
        ["isIP(dyn(1))", { error: "no such overload: isIP(int)" }],
      ],
    },
    {
      name: "ip.isCanonical",
      source: ipSource,
      overloads: [
        {
          signature: "ip.isCanonical(string): bool",
          call: (text: string) => addressText(readAddress(text)) === text,
          cost: traversalCost,
        },
      ],
      examples: [
        ["ip.isCanonical('2001:db8::abcd')", "true"],
        ["ip.isCanonical('2001:DB8::ABCD')", "false"],
        ["ip.isCanonical(dyn(1))", { error: "no such overload: ip.isCanonical(int)" }],
      ],
    },
    {
      name: "family",
      source: ipSource,
      overloads: [
        { signature: "(net.IP).family(): int", call: ({ value }: IpValue) => (value.length === 4 ? 4 : 6) },
      ],
      examples: [
        ["ip('::1').family()", "6"],
        ["dyn(1).family()", { error: "no such overload: family(int)" }],
      ],
    },
    {
      name: "string of an address",
      source: ipSource,
      overloads: [{ signature: "string(net.IP): string", call: ({ value }: IpValue) => addressText(value) }],
      examples: [
        ["string(ip('2001:DB8:0:0::1'))", "'2001:db8::1'"],
        ["string(dyn([]))", { error: "no such overload: string(list)" }],
      ],
    },
    ipTest("isUnspecified", isUnspecified, "0.0.0.0"),
    ipTest("isLoopback", isLoopback, "::1"),
    ipTest("isLinkLocalMulticast", isLinkLocalMulticast, "224.0.0.1"),
    ipTest("isLinkLocalUnicast", isLinkLocalUnicast, "fe80::1"),
    ipTest("isGlobalUnicast", isGlobalUnicast, "192.168.0.1"),
  ],
};

function containsCidr(outer: Prefix, inner: Prefix): boolean {
  return outer.bits <= inner.bits && prefixContains(outer, inner.address);
}

/** Blocks of IP addresses. */
export const cidrLibrary: Library = {
  name: "cidr",
  functions: [
    {
      name: "cidr",
      source: cidrSource,
      overloads: [
        {
          signature: "cidr(string): net.CIDR",
          call: (text: string) => cidrValue(readPrefix(text)),
          cost: traversalCost,
        },
      ],
      examples: [
        ["cidr('192.168.0.0/24').prefixLength()", "24"],
        [
          "cidr('10.0.0.0')",
          {
            error:
              "network address parse error during conversion from string: " +
              "network address parse error during conversion from string: " +
              "netip.ParsePrefix(\"10.0.0.0\"): no '/'",
          },
        ],
      ],
    },
    {
      name: "isCIDR",
      source: cidrSource,
      overloads: [{ signature: "isCIDR(string): bool", call: succeeds(readPrefix), cost: traversalCost }],
      examples: [
        ["isCIDR('::/0')", "true"],
        ["isCIDR('10.0.0.0/33')", "false"],
        ["isCIDR(dyn(1))", { error: "no such overload: isCIDR(int)" }],
      ],
    },
    {
      name: "containsIP",
      source: cidrSource,
      overloads: [
        {
          signature: "(net.CIDR).containsIP(net.IP): bool",
          call: (prefix: CidrValue, address: IpValue) => prefixContains(prefix.value, address.value),
        },
        {
          signature: "(net.CIDR).containsIP(string): bool",
          call: (prefix: CidrValue, text: string) => prefixContains(prefix.value, readAddress(text)),
        },
      ],
      examples: [
        ["cidr('10.0.0.0/8').containsIP('10.1.2.3')", "true"],
        ["cidr('10.0.0.0/8').containsIP(ip('::1'))", "false"],
        [
          "cidr('10.0.0.0/8').containsIP('ten')",
          {
            error:
              'IP Address "ten" parse error during conversion from string: ParseAddr("ten"): unable to parse IP',
          },
        ],
      ],
    },
    {
      name: "containsCIDR",
      source: cidrSource,
      overloads: [
        {
          signature: "(net.CIDR).containsCIDR(net.CIDR): bool",
          call: (outer: CidrValue, inner: CidrValue) => containsCidr(outer.value, inner.value),
        },
        {
          signature: "(net.CIDR).containsCIDR(string): bool",
          call: (outer: CidrValue, text: string) => containsCidr(outer.value, readPrefix(text)),
        },
      ],
      examples: [
        ["cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')", "true"],
        ["cidr('10.1.0.0/16').containsCIDR(cidr('10.0.0.0/8'))", "false"],
        ["cidr('::/0').containsCIDR(dyn(1))", { error: "no such overload: containsCIDR(net.CIDR, int)" }],
      ],
    },
    {
      name: "ip of a block",
      source: cidrSource,
      overloads: [
        { signature: "(net.CIDR).ip(): net.IP", call: ({ value }: CidrValue) => ipValue(value.address) },
      ],
      examples: [
        ["string(cidr('10.1.2.3/8').ip())", "'10.1.2.3'"],
        ["dyn(1).ip()", { error: "no such overload: ip(int)" }],
      ],
    },
    {
      name: "masked",
      source: cidrSource,
      overloads: [
        {
          signature: "(net.CIDR).masked(): net.CIDR",
          call: ({ value }: CidrValue) => cidrValue(maskedPrefix(value)),
        },
      ],
      examples: [
        ["cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8')", "true"],
        ["dyn(1).masked()", { error: "no such overload: masked(int)" }],
      ],
    },
    {
      name: "prefixLength",
      source: cidrSource,
      overloads: [
        { signature: "(net.CIDR).prefixLength(): int", call: ({ value }: CidrValue) => value.bits },
      ],
      examples: [
        ["cidr('::/64').prefixLength()", "64"],
        ["dyn(1).prefixLength()", { error: "no such overload: prefixLength(int)" }],
      ],
    },
    {
      name: "string of a block",
      source: cidrSource,
      overloads: [
        { signature: "string(net.CIDR): string", call: ({ value }: CidrValue) => prefixText(value) },
      ],
      examples: [
        ["string(cidr('10.1.2.3/8'))", "'10.1.2.3/8'"],
        ["string(dyn({}))", { error: "no such overload: string(map)" }],
      ],
    },
  ],
};
