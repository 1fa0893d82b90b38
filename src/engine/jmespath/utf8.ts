/** The UTF-8 bytes of a text. */
export function utf8Bytes(text: string): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const codePoint = text.codePointAt(at) ?? 0;
    if (codePoint > 0xffff) at += 1;
    // A lone surrogate has no UTF-8 form; the replacement character stands for it.
    push(bytes, codePoint >= 0xd800 && codePoint <= 0xdfff ? 0xfffd : codePoint);
  }
  return Uint8Array.from(bytes);
}

function push(bytes: number[], codePoint: number): void {
  if (codePoint < 0x80) bytes.push(codePoint);
  else if (codePoint < 0x800) bytes.push(0xc0 | (codePoint >> 6), tail(codePoint));
  else if (codePoint < 0x10000) bytes.push(0xe0 | (codePoint >> 12), tail(codePoint >> 6), tail(codePoint));
  else {
    bytes.push(0xf0 | (codePoint >> 18), tail(codePoint >> 12), tail(codePoint >> 6), tail(codePoint));
  }
}

function tail(bits: number): number {
  return 0x80 | (bits & 0x3f);
}

/** The text of UTF-8 bytes; the replacement character stands for each byte that is none. */
export function utf8Text(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const { codePoint, length } = decodeAt(bytes, at);
    parts.push(String.fromCodePoint(codePoint));
    at += length;
  }
  return parts.join("");
}

const replacement = { codePoint: 0xfffd, length: 1 };

function decodeAt(bytes: Uint8Array, at: number): { readonly codePoint: number; readonly length: number } {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { codePoint: first, length: 1 };
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) return replacement;
  let codePoint = first & (0xff >> (length + 1));
  for (let index = 1; index < length; index += 1) {
    const byte = bytes[at + index] ?? 0;
    if ((byte & 0xc0) !== 0x80) return replacement;
    codePoint = (codePoint << 6) | (byte & 0x3f);
  }
  const lowest = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000;
  const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
  return codePoint < lowest || codePoint > 0x10ffff || isSurrogate ? replacement : { codePoint, length };
}
