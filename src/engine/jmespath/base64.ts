const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const values = new Int8Array(128).fill(-1);
for (const [value, letter] of Array.from(alphabet).entries()) values[letter.charCodeAt(0)] = value;

/** Base64 of the standard alphabet, with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    parts.push(
      letter(group >> 18) +
        letter(group >> 12) +
        (left > 1 ? letter(group >> 6) : "=") +
        (left > 2 ? letter(group) : "="),
    );
  }
  return parts.join("");
}

function letter(bits: number): string {
  return alphabet.charAt(bits & 0x3f);
}

export type DecodedBase64 =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** `offset` is the byte at which Go's decoder gives up. */
  | { readonly kind: "failed"; readonly offset: number };

/** Reads base64 of the standard alphabet with padding. Line breaks are ignored. */
export function decodeBase64(text: string): DecodedBase64 {
  const bytes: number[] = [];
  let at = 0;
  for (;;) {
    const group = readGroup(text, at);
    if (group.kind === "failed") return group;
    bytes.push(...group.bytes);
    at = group.end;
    if (group.isLast) return { kind: "bytes", bytes: Uint8Array.from(bytes) };
  }
}

type Group =
  | {
      readonly kind: "group";
      readonly bytes: readonly number[];
      readonly end: number;
      readonly isLast: boolean;
    }
  | { readonly kind: "failed"; readonly offset: number };

/** Four letters, fewer only where padding fills them up. */
function readGroup(text: string, start: number): Group {
  let bits = 0;
  let at = start;
  for (let count = 0; count < 4; count += 1) {
    at = skipLineBreaks(text, at);
    if (at >= text.length) {
      if (count === 0) return { kind: "group", bytes: [], end: at, isLast: true };
      return { kind: "failed", offset: at - count };
    }
    const unit = text.charCodeAt(at);
    at += 1;
    const value = unit < 128 ? (values[unit] ?? -1) : -1;
    if (value < 0)
      return unit === 0x3d ? readPadding(text, at, count, bits) : { kind: "failed", offset: at - 1 };
    bits = (bits << 6) | value;
  }
  return {
    kind: "group",
    bytes: [(bits >> 16) & 0xff, (bits >> 8) & 0xff, bits & 0xff],
    end: at,
    isLast: false,
  };
}

/** After the first `=` of a group with `count` letters; nothing may follow the padding. */
function readPadding(text: string, after: number, count: number, bits: number): Group {
  if (count < 2) return { kind: "failed", offset: after - 1 };
  let at = after;
  if (count === 2) {
    at = skipLineBreaks(text, at);
    if (text.charAt(at) !== "=")
      return { kind: "failed", offset: Math.min(at, text.length) - (at < text.length ? 1 : 0) };
    at += 1;
  }
  at = skipLineBreaks(text, at);
  if (at < text.length) return { kind: "failed", offset: at };
  const bytes = count === 2 ? [(bits >> 4) & 0xff] : [(bits >> 10) & 0xff, (bits >> 2) & 0xff];
  return { kind: "group", bytes, end: at, isLast: true };
}

function skipLineBreaks(text: string, from: number): number {
  let at = from;
  while (text.charAt(at) === "\n" || text.charAt(at) === "\r") at += 1;
  return at;
}
