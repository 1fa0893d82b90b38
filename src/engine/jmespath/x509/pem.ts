import { decodeBase64 } from "../base64.ts";

export interface PemBlock {
  readonly type: string;
  readonly bytes: Uint8Array;
}

const begin = "-----BEGIN ";
const dashes = "-----";

/** The first well-formed PEM block (RFC 7468) of a text, or undefined. Headers of the block are skipped. */
export function firstPemBlock(text: string): PemBlock | undefined {
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at + 1)) {
    const block = readBlock(text, at + begin.length);
    if (block !== undefined) return block;
  }
  return undefined;
}

function readBlock(text: string, start: number): PemBlock | undefined {
  const line = text.indexOf("\n", start);
  if (line < 0) return undefined;
  const label = text.slice(start, line).trimEnd();
  if (!label.endsWith(dashes)) return undefined;
  const type = label.slice(0, -dashes.length);
  const end = text.indexOf(`${dashes}END ${type}${dashes}`, line);
  if (end < 0) return undefined;
  const decoded = decodeBase64(withoutHeaders(text.slice(line + 1, end)).replace(/[ \t]/g, ""));
  return decoded.kind === "bytes" ? { type, bytes: decoded.bytes } : undefined;
}

function withoutHeaders(body: string): string {
  if (!body.includes(":")) return body;
  const blank = /\n[ \t\r]*\n/.exec(body);
  return blank === null ? body : body.slice(blank.index + blank[0].length);
}
