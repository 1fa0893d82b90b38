import { utf8Bytes } from "../../jmespath/utf8.ts";
import type { CelValue } from "../values/cel-value.ts";
import { Bytes } from "../values/objects.ts";
import { CelIssueError } from "./cel-syntax-error.ts";

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\\", "\\"],
  ["?", "?"],
  ['"', '"'],
  ["'", "'"],
  ["`", "`"],
]);

const hexDigits: ReadonlyMap<string, number> = new Map([
  ["x", 2],
  ["X", 2],
  ["u", 4],
  ["U", 8],
]);

/** A string or bytes literal that begins at `start`, whose prefix is `prefix`, or undefined where none begins. */
export function readString(
  source: string,
  start: number,
): { readonly value: CelValue; readonly end: number } | undefined {
  const prefix = /[rRbB]{0,2}/y;
  prefix.lastIndex = start;
  const letters = (prefix.exec(source)?.[0] ?? "").toLowerCase();
  if (letters === "rr" || letters === "bb") return undefined;
  const open = start + letters.length;
  const quote = source.charAt(open);
  if (quote !== '"' && quote !== "'") return undefined;
  const delimiter = source.startsWith(quote.repeat(3), open) ? quote.repeat(3) : quote;
  const isRaw = letters.includes("r");
  const close = findClose(source, open + delimiter.length, delimiter, isRaw);
  if (close < 0) throw new CelIssueError("Syntax error: token recognition error: unterminated string", start);
  const text = source.slice(open + delimiter.length, close).replaceAll(/\r\n?/g, "\n");
  const end = close + delimiter.length;
  if (letters.includes("b")) {
    return { value: new Bytes(isRaw ? utf8Bytes(text) : unescapeBytes(text, open + delimiter.length)), end };
  }
  return { value: isRaw ? text : unescapeText(text, open + delimiter.length), end };
}

function findClose(source: string, from: number, delimiter: string, isRaw: boolean): number {
  for (let at = from; at < source.length; at++) {
    const unit = source.charAt(at);
    if (source.startsWith(delimiter, at)) return at;
    if (delimiter.length === 1 && (unit === "\n" || unit === "\r")) return -1;
    if (unit === "\\" && !isRaw) at++;
  }
  return -1;
}

interface Piece {
  readonly kind: "text" | "code";
  readonly text: string;
  readonly code: number;
  readonly letter: string;
}

function* pieces(text: string, offset: number): Generator<Piece> {
  let from = 0;
  for (let at = text.indexOf("\\"); at >= 0; at = text.indexOf("\\", from)) {
    if (at > from) yield { kind: "text", text: text.slice(from, at), code: 0, letter: "" };
    const letter = text.charAt(at + 1);
    const simple = simpleEscapes.get(letter);
    if (simple !== undefined) {
      yield { kind: "text", text: simple, code: 0, letter: "" };
      from = at + 2;
      continue;
    }
    const count = hexDigits.get(letter);
    const digits = count === undefined ? text.slice(at + 1, at + 4) : text.slice(at + 2, at + 2 + count);
    const isValid = count === undefined ? /^[0-3][0-7]{2}$/.test(digits) : /^[0-9a-fA-F]+$/.test(digits);
    if (!isValid || (count !== undefined && digits.length !== count)) {
      throw new CelIssueError(`invalid escape sequence '\\${letter}'`, offset + at);
    }
    yield { kind: "code", text: "", code: Number.parseInt(digits, count === undefined ? 8 : 16), letter };
    from = at + (count === undefined ? 4 : 2 + count);
  }
  if (from < text.length) yield { kind: "text", text: text.slice(from), code: 0, letter: "" };
}

function unescapeText(text: string, offset: number): string {
  if (!text.includes("\\")) return text;
  let result = "";
  for (const piece of pieces(text, offset)) {
    if (piece.kind === "text") result += piece.text;
    else if (piece.code > 0x10ffff || (piece.code >= 0xd800 && piece.code <= 0xdfff)) {
      throw new CelIssueError("invalid unicode code point", offset);
    } else result += String.fromCodePoint(piece.code);
  }
  return result;
}

function unescapeBytes(text: string, offset: number): Uint8Array {
  const bytes: number[] = [];
  for (const piece of pieces(text, offset)) {
    if (piece.kind === "text") for (const byte of utf8Bytes(piece.text)) bytes.push(byte);
    else if (piece.letter === "u" || piece.letter === "U") {
      throw new CelIssueError(`invalid escape sequence '\\${piece.letter}' in bytes`, offset);
    } else bytes.push(piece.code);
  }
  return Uint8Array.from(bytes);
}
