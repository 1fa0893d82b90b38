const endOfInput = "unexpected end of JSON input";

/** Stops at the first character that no JSON text could have there. */
class Stop extends Error {}

/** The message that Go's JSON decoder has for a text that is no JSON. */
export function jsonSyntaxError(text: string): string {
  try {
    const end = skipBlanks(text, skipValue(text, skipBlanks(text, 0), 0));
    return end < text.length ? unexpected(text, end, "after top-level value").message : endOfInput;
  } catch (error) {
    if (error instanceof Stop) return error.message;
    throw error;
  }
}

/** Between values the decoder waits for more at the end of the text; inside of one it takes the end for a blank. */
function unexpected(text: string, at: number, where: string, within = false): Stop {
  if (at >= text.length) return new Stop(within ? `invalid character ' ' ${where}` : endOfInput);
  return new Stop(`invalid character ${quoted(text, at)} ${where}`);
}

/** The decoder looks at bytes, so a character beyond ASCII shows as the first byte of its UTF-8. */
function quoted(text: string, at: number): string {
  const codePoint = text.codePointAt(at) ?? 0;
  const character = codePoint < 0x80 ? text.charAt(at) : String.fromCodePoint(firstByte(codePoint));
  if (character === "'") return String.raw`'\''`;
  if (character === '"') return `'"'`;
  const shown = JSON.stringify(character).slice(1, -1);
  return `'${shown.startsWith("\\u00") ? `\\x${shown.slice(4)}` : shown}'`;
}

function firstByte(codePoint: number): number {
  if (codePoint < 0x800) return 0xc0 | (codePoint >> 6);
  return codePoint < 0x10000 ? 0xe0 | (codePoint >> 12) : 0xf0 | (codePoint >> 18);
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && " \t\r\n".includes(text.charAt(at))) at += 1;
  return at;
}

const maxDepth = 1000;

function skipValue(text: string, at: number, depth: number): number {
  if (depth > maxDepth) throw new Stop("exceeded max depth");
  const character = text.charAt(at);
  if (character === "{") return skipObject(text, at, depth);
  if (character === "[") return skipList(text, at, depth);
  if (character === '"') return skipString(text, at);
  if (character === "t") return skipWord(text, at, "true");
  if (character === "f") return skipWord(text, at, "false");
  if (character === "n") return skipWord(text, at, "null");
  if (character === "-" || isDigit(character)) return skipNumber(text, at);
  throw unexpected(text, at, "looking for beginning of value");
}

function skipObject(text: string, start: number, depth: number): number {
  let at = skipBlanks(text, start + 1);
  if (text.charAt(at) === "}") return at + 1;
  for (;;) {
    if (text.charAt(at) !== '"') throw unexpected(text, at, "looking for beginning of object key string");
    at = skipBlanks(text, skipString(text, at));
    if (text.charAt(at) !== ":") throw unexpected(text, at, "after object key");
    at = skipBlanks(text, skipValue(text, skipBlanks(text, at + 1), depth + 1));
    if (text.charAt(at) === "}") return at + 1;
    if (text.charAt(at) !== ",") throw unexpected(text, at, "after object key:value pair");
    at = skipBlanks(text, at + 1);
  }
}

function skipList(text: string, start: number, depth: number): number {
  let at = skipBlanks(text, start + 1);
  if (text.charAt(at) === "]") return at + 1;
  for (;;) {
    at = skipBlanks(text, skipValue(text, at, depth + 1));
    if (text.charAt(at) === "]") return at + 1;
    if (text.charAt(at) !== ",") throw unexpected(text, at, "after array element");
    at = skipBlanks(text, at + 1);
  }
}

function skipString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') return at + 1;
    if (character < " ") throw unexpected(text, at, "in string literal");
    if (character !== "\\") continue;
    at += 1;
    if (text.charAt(at) === "u") at = skipHexadecimal(text, at);
    else if (at >= text.length || !'"\\/bfnrt'.includes(text.charAt(at))) {
      throw unexpected(text, at, "in string escape code", true);
    }
  }
  throw new Stop(endOfInput);
}

function skipHexadecimal(text: string, u: number): number {
  for (let at = u + 1; at <= u + 4; at += 1) {
    if (!/^[0-9a-fA-F]$/.test(text.charAt(at))) {
      throw unexpected(text, at, String.raw`in \u hexadecimal character escape`, true);
    }
  }
  return u + 4;
}

function skipWord(text: string, start: number, word: string): number {
  for (let at = 1; at < word.length; at += 1) {
    const expected = word.charAt(at);
    if (text.charAt(start + at) !== expected) {
      throw unexpected(text, start + at, `in literal ${word} (expecting '${expected}')`, true);
    }
  }
  return start + word.length;
}

function skipNumber(text: string, start: number): number {
  let at = text.charAt(start) === "-" ? start + 1 : start;
  if (!isDigit(text.charAt(at))) throw unexpected(text, at, "in numeric literal", true);
  at = text.charAt(at) === "0" ? at + 1 : skipDigits(text, at);
  if (text.charAt(at) === ".") {
    if (!isDigit(text.charAt(at + 1))) {
      throw unexpected(text, at + 1, "after decimal point in numeric literal", true);
    }
    at = skipDigits(text, at + 1);
  }
  if (text.charAt(at) !== "e" && text.charAt(at) !== "E") return at;
  at += text.charAt(at + 1) === "+" || text.charAt(at + 1) === "-" ? 2 : 1;
  if (!isDigit(text.charAt(at))) throw unexpected(text, at, "in exponent of numeric literal", true);
  return skipDigits(text, at);
}

function skipDigits(text: string, from: number): number {
  let at = from;
  while (isDigit(text.charAt(at))) at += 1;
  return at;
}

function isDigit(character: string): boolean {
  return character >= "0" && character <= "9" && character.length === 1;
}
