import { Uint } from "../values/cel-value.ts";
import { CelIssueError } from "./cel-syntax-error.ts";
import { readString } from "./string-literal.ts";
import type { Token } from "./token.ts";

const space = /(?:[ \t\r\n\f]+|\/\/[^\n]*)*/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;
const quoted = /`([A-Za-z0-9_.\-/ ]+)`/y;
const float = /(?:[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)/y;
const integer = /(?:0x[0-9a-fA-F]+|[0-9]+)([uU]?)/y;
const symbol = /(?:==|!=|<=|>=|&&|\|\||[[\]{}(),.?:+\-*/%<>!])/y;

/** The tokens of an expression, the last of kind `end`. Throws a `CelIssueError` for what is no token. */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at = endOf(space, source, at);
    if (at >= source.length) break;
    const { token, end } = readToken(source, at);
    tokens.push(token);
    at = end;
  }
  tokens.push({ kind: "end", text: "<EOF>", offset: source.length });
  return tokens;
}

function endOf(pattern: RegExp, source: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(source) ? pattern.lastIndex : at;
}

function match(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(source);
}

function readToken(source: string, offset: number): { readonly token: Token; readonly end: number } {
  const string = readString(source, offset);
  if (string !== undefined) {
    const text = source.slice(offset, string.end);
    return { token: { kind: "literal", text, value: string.value, offset }, end: string.end };
  }
  const name = match(word, source, offset)?.[0];
  if (name !== undefined) return { token: wordToken(name, offset), end: offset + name.length };
  const field = match(quoted, source, offset);
  if (field !== null) {
    return { token: { kind: "quoted", text: field[1] ?? "", offset }, end: offset + field[0].length };
  }
  const number = match(float, source, offset)?.[0];
  if (number !== undefined) {
    return {
      token: { kind: "double", text: number, value: Number(number), offset },
      end: offset + number.length,
    };
  }
  const whole = match(integer, source, offset);
  if (whole !== null) return { token: integerToken(whole[0], offset), end: offset + whole[0].length };
  const sign = match(symbol, source, offset)?.[0];
  if (sign !== undefined) {
    return { token: { kind: "symbol", text: sign, offset }, end: offset + sign.length };
  }
  const unit = String.fromCodePoint(source.codePointAt(offset) ?? 0);
  throw new CelIssueError(`Syntax error: token recognition error at: '${unit}'`, offset);
}

function wordToken(text: string, offset: number): Token {
  if (text === "true" || text === "false") return { kind: "literal", text, value: text === "true", offset };
  if (text === "null") return { kind: "literal", text, value: null, offset };
  return text === "in" ? { kind: "symbol", text, offset } : { kind: "identifier", text, offset };
}

function integerToken(text: string, offset: number): Token {
  if (!/[uU]$/.test(text)) {
    if (text.length > 40) throw new CelIssueError("invalid int literal", offset);
    return { kind: "int", text, value: BigInt(text), offset };
  }
  const value = text.length > 40 ? -1n : BigInt(text.slice(0, -1));
  if (value < 0n || value >= 1n << 64n) throw new CelIssueError("invalid uint literal", offset);
  return { kind: "literal", text, value: new Uint(value), offset };
}
