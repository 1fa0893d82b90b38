/** Kinds of tokens. With a `t` before them they are the names that syntax errors show. */
export type TokenKind =
  | "Unknown"
  | "Star"
  | "Dot"
  | "Filter"
  | "Flatten"
  | "Lparen"
  | "Rparen"
  | "Lbracket"
  | "Rbracket"
  | "Lbrace"
  | "Rbrace"
  | "Or"
  | "Pipe"
  | "Number"
  | "UnquotedIdentifier"
  | "QuotedIdentifier"
  | "Comma"
  | "Colon"
  | "LT"
  | "LTE"
  | "GT"
  | "GTE"
  | "EQ"
  | "NE"
  | "JSONLiteral"
  | "StringLiteral"
  | "Current"
  | "Expref"
  | "And"
  | "Not"
  | "EOF";

export interface Token {
  readonly kind: TokenKind;
  /** The text of the token; of identifiers and strings the decoded text. */
  readonly text: string;
  /** Where it starts in the expression, in UTF-16 units. */
  readonly offset: number;
}

/** How tightly a token binds to what stands left of it; 0 where it ends an expression. */
export function bindingPower(kind: TokenKind): number {
  return powers[kind] ?? 0;
}

const powers: Partial<Record<TokenKind, number>> = {
  Pipe: 1,
  Or: 2,
  And: 3,
  EQ: 5,
  LT: 5,
  LTE: 5,
  GT: 5,
  GTE: 5,
  NE: 5,
  Flatten: 9,
  Star: 20,
  Filter: 21,
  Dot: 40,
  Not: 45,
  Lbrace: 50,
  Lbracket: 55,
  Lparen: 60,
};
