import { goCharacter } from "./go-text.ts";
import { decodeJson } from "./json-decode.ts";
import { QuerySyntaxError, syntaxError } from "./syntax-error.ts";
import type { Token, TokenKind } from "./token.ts";

const identifier = /[A-Za-z_][A-Za-z0-9_]*/y;
const number = /-?[0-9]*/y;

const single: Readonly<Record<string, TokenKind>> = {
  ".": "Dot",
  "*": "Star",
  ",": "Comma",
  ":": "Colon",
  "{": "Lbrace",
  "}": "Rbrace",
  "]": "Rbracket",
  "(": "Lparen",
  ")": "Rparen",
  "@": "Current",
};

/** Tokens that may take a second character: the character, the kind with it, the kind without it. */
const double: Readonly<Record<string, readonly [string, TokenKind, TokenKind]>> = {
  "|": ["|", "Or", "Pipe"],
  "<": ["=", "LTE", "LT"],
  ">": ["=", "GTE", "GT"],
  "!": ["=", "NE", "Not"],
  "=": ["=", "EQ", "Unknown"],
  "&": ["&", "And", "Expref"],
};

/** The tokens of an expression, closed by `EOF`. Throws a `QuerySyntaxError`. */
export function tokenize(expression: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < expression.length) {
    const character = expression.charAt(at);
    if (character === " " || character === "\t" || character === "\n" || character === "\r") {
      at += 1;
      continue;
    }
    const next = readToken(expression, at, character);
    tokens.push(next.token);
    at = next.end;
  }
  tokens.push({ kind: "EOF", text: "", offset: expression.length });
  return tokens;
}

interface Read {
  readonly token: Token;
  readonly end: number;
}

function readToken(expression: string, offset: number, character: string): Read {
  const kind = Object.hasOwn(single, character) ? single[character] : undefined;
  if (kind !== undefined) return { token: { kind, text: character, offset }, end: offset + 1 };
  const pair = Object.hasOwn(double, character) ? double[character] : undefined;
  if (pair !== undefined) return readDouble(expression, offset, character, pair);
  switch (character) {
    case "[":
      return readBracket(expression, offset);
    case '"':
      return readQuotedIdentifier(expression, offset);
    case "'":
      return readRawString(expression, offset);
    case "`":
      return readLiteral(expression, offset);
    default:
      return readWord(expression, offset);
  }
}

function readWord(expression: string, offset: number): Read {
  identifier.lastIndex = offset;
  const word = identifier.exec(expression)?.[0];
  if (word !== undefined) {
    return { token: { kind: "UnquotedIdentifier", text: word, offset }, end: offset + word.length };
  }
  number.lastIndex = offset;
  const digits = number.exec(expression)?.[0] ?? "";
  if (digits !== "") return { token: { kind: "Number", text: digits, offset }, end: offset + digits.length };
  throw syntaxError(`Unknown char: ${goCharacter(expression.codePointAt(offset) ?? 0)}`, offset);
}

function readDouble(
  expression: string,
  offset: number,
  character: string,
  [second, both, alone]: readonly [string, TokenKind, TokenKind],
): Read {
  if (expression.charAt(offset + 1) === second) {
    return { token: { kind: both, text: character + second, offset }, end: offset + 2 };
  }
  return { token: { kind: alone, text: character, offset }, end: offset + 1 };
}

function readBracket(expression: string, offset: number): Read {
  const second = expression.charAt(offset + 1);
  if (second === "?") return { token: { kind: "Filter", text: "[?", offset }, end: offset + 2 };
  if (second === "]") return { token: { kind: "Flatten", text: "[]", offset }, end: offset + 2 };
  return { token: { kind: "Lbracket", text: "[", offset }, end: offset + 1 };
}

/** The end of a delimited text that starts at `start`; a backslash hides the character after it. */
function closingDelimiter(expression: string, start: number, delimiter: string): number {
  for (let at = start; at < expression.length; at += 1) {
    const character = expression.charAt(at);
    if (character === delimiter) return at;
    if (character === "\\") at += 1;
  }
  throw syntaxError(`Unclosed delimiter: ${delimiter}`, expression.length);
}

function readQuotedIdentifier(expression: string, offset: number): Read {
  const end = closingDelimiter(expression, offset + 1, '"');
  const decoded = decodeJson(`"${expression.slice(offset + 1, end)}"`);
  if (decoded.kind === "failed") throw new QuerySyntaxError(decoded.message, offset);
  const text = typeof decoded.value === "string" ? decoded.value : "";
  return { token: { kind: "QuotedIdentifier", text, offset }, end: end + 1 };
}

function readLiteral(expression: string, offset: number): Read {
  const end = closingDelimiter(expression, offset + 1, "`");
  const text = expression.slice(offset + 1, end).replaceAll("\\`", "`");
  return { token: { kind: "JSONLiteral", text, offset }, end: end + 1 };
}

/** A raw string knows one escape, `\'`; every other backslash stays. */
function readRawString(expression: string, offset: number): Read {
  let text = "";
  let from = offset + 1;
  for (let at = from; at < expression.length; at += 1) {
    const character = expression.charAt(at);
    if (character === "'") {
      text += expression.slice(from, at);
      return { token: { kind: "StringLiteral", text, offset }, end: at + 1 };
    }
    if (character === "\\" && expression.charAt(at + 1) === "'") {
      text += `${expression.slice(from, at)}'`;
      at += 1;
      from = at + 1;
    }
  }
  throw syntaxError("Unclosed delimiter: '", expression.length);
}
