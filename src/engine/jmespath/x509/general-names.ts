import type { Json } from "../../values/json.ts";
import { utf8Text } from "../utf8.ts";
import { malformed } from "./der.ts";
import type { DerNode } from "./der.ts";

/** The alternatives of a general name (RFC 5280) that certificates show. */
export interface GeneralNames {
  readonly dns: readonly string[];
  readonly emails: readonly string[];
  readonly uris: readonly string[];
  readonly addresses: readonly Uint8Array[];
}

export const noNames: GeneralNames = { dns: [], emails: [], uris: [], addresses: [] };

const emailTag = 0x81;
const dnsTag = 0x82;
const uriTag = 0x86;
const addressTag = 0x87;

export function generalNames(nodes: readonly DerNode[]): GeneralNames {
  const texts = (tag: number): readonly string[] =>
    nodes.filter((node) => node.tag === tag).map((node) => utf8Text(node.content));
  return {
    dns: texts(dnsTag),
    emails: texts(emailTag),
    uris: texts(uriTag),
    addresses: nodes.filter((node) => node.tag === addressTag).map((node) => node.content),
  };
}

/** The URIs among general names. */
export function uriTexts(nodes: readonly DerNode[]): readonly string[] {
  return generalNames(nodes).uris;
}

/** An IP address as text: dotted, or RFC 5952. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) throw malformed("IP address");
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  const isMapped = groups.slice(0, 5).every((group) => group === "0") && groups[5] === "ffff";
  return isMapped ? bytes.subarray(12).join(".") : compressed(groups);
}

/** The longest run of at least two zero groups, the first of equals, becomes `::`. */
function compressed(groups: readonly string[]): string {
  let best = { start: 0, length: 1 };
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === "0") length += 1;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return groups.join(":");
  const before = groups.slice(0, best.start).join(":");
  return `${before}::${groups.slice(best.start + best.length).join(":")}`;
}

const uriForm = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(\/\/[^/?#]*)?([^?#]*)(\?[^#]*)?(#.*)?$/;

/** A URI in the form of Go's `url.URL`. */
export function uriParts(text: string): Json {
  const [, scheme = "", authority, path = "", query = "", fragment = ""] = uriForm.exec(text) ?? [];
  const isOpaque = scheme !== "" && authority === undefined && !path.startsWith("/");
  const host = authority?.slice(2) ?? "";
  return {
    Scheme: scheme.toLowerCase(),
    Opaque: isOpaque ? path : "",
    User: host.includes("@") ? {} : null,
    Host: host.slice(host.lastIndexOf("@") + 1),
    Path: isOpaque ? "" : path,
    Fragment: fragment.slice(1),
    RawQuery: query.slice(1),
    RawPath: "",
    RawFragment: "",
    ForceQuery: query === "?",
    OmitHost: scheme !== "" && authority === undefined && path.startsWith("/"),
  };
}
