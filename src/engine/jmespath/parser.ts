import type { Ast, Comparator, HashMember } from "./ast.ts";
import { decodeJson } from "./json-decode.ts";
import { tokenize } from "./lexer.ts";
import { QuerySyntaxError, syntaxError } from "./syntax-error.ts";
import { bindingPower } from "./token.ts";
import type { Token, TokenKind } from "./token.ts";

/** Longer expressions are refused; values that are substituted into expressions make them long. */
const maxExpressionLength = 1024 * 1024;
const maxDepth = 200;

const current: Ast = { kind: "current", depth: 1 };

/** The syntax tree of an expression. Throws a `QuerySyntaxError`. */
export function parse(expression: string): Ast {
  if (expression.length > maxExpressionLength) {
    throw syntaxError(`expression is longer than ${maxExpressionLength} characters`, maxExpressionLength);
  }
  return new Parser(tokenize(expression)).parse();
}

/** A top-down operator precedence parser: `prefix` starts an expression, `infix` extends it to the right. */
class Parser {
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #index = 0;
  #nesting = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
    this.#end = tokens.at(-1) ?? { kind: "EOF", text: "", offset: 0 };
  }

  parse(): Ast {
    const parsed = this.#expression(0);
    if (this.#kind() !== "EOF") {
      throw this.#error(`Unexpected token at the end of the expression: t${this.#kind()}`);
    }
    return parsed;
  }

  #expression(power: number): Ast {
    this.#nesting += 1;
    if (this.#nesting > maxDepth) throw this.#tooDeep();
    const first = this.#token();
    this.#index += 1;
    let left = this.#prefix(first);
    while (power < bindingPower(this.#kind())) {
      const operator = this.#token();
      this.#index += 1;
      left = this.#infix(operator, left);
      if (left.depth > maxDepth) throw this.#tooDeep();
    }
    this.#nesting -= 1;
    return left;
  }

  #prefix(token: Token): Ast {
    switch (token.kind) {
      case "JSONLiteral":
        return literal(token);
      case "StringLiteral":
        return { kind: "literal", depth: 1, value: token.text };
      case "UnquotedIdentifier":
        return { kind: "field", depth: 1, name: token.text };
      case "QuotedIdentifier":
        if (this.#kind() === "Lparen") {
          throw syntaxError("Can't have quoted identifier as function Name.", token.offset);
        }
        return { kind: "field", depth: 1, name: token.text };
      case "Star":
        return this.#valueProjection(current, this.#kind() === "Rbracket");
      case "Filter":
        return this.#filter(current);
      case "Lbrace":
        return this.#hash();
      case "Flatten":
        return this.#flatten(current);
      case "Lbracket":
        return this.#leadingBracket();
      case "Current":
        return current;
      case "Expref": {
        const operand = this.#expression(bindingPower("Expref"));
        return { kind: "reference", depth: operand.depth + 1, operand };
      }
      case "Not": {
        const operand = this.#expression(bindingPower("Not"));
        return { kind: "not", depth: operand.depth + 1, operand };
      }
      case "Lparen": {
        const inner = this.#expression(0);
        this.#expect("Rparen");
        return inner;
      }
      case "EOF":
        throw syntaxError("Incomplete expression", token.offset);
      default:
        throw syntaxError(`Invalid token: t${token.kind}`, token.offset);
    }
  }

  #infix(operator: Token, left: Ast): Ast {
    switch (operator.kind) {
      case "Dot":
        if (this.#kind() === "Star") {
          this.#index += 1;
          return this.#valueProjection(left, false, "Dot");
        }
        return binary("subexpression", left, this.#afterDot(bindingPower("Dot")));
      case "Pipe":
        return binary("pipe", left, this.#expression(bindingPower("Pipe")));
      case "Or":
        return binary("or", left, this.#expression(bindingPower("Or")));
      case "And":
        return binary("and", left, this.#expression(bindingPower("And")));
      case "Lparen":
        return this.#call(operator, left);
      case "Filter":
        return this.#filter(left);
      case "Flatten":
        return this.#flatten(left);
      case "EQ":
      case "NE":
      case "GT":
      case "GTE":
      case "LT":
      case "LTE":
        return comparison(operator.kind, left, this.#expression(bindingPower(operator.kind)));
      case "Lbracket":
        return this.#bracket(left);
      default:
        throw this.#error(`Unexpected token: t${operator.kind}`);
    }
  }

  #call(operator: Token, callee: Ast): Ast {
    if (callee.kind !== "field") throw syntaxError("Unexpected token: tLparen", operator.offset);
    const list: Ast[] = [];
    while (this.#kind() !== "Rparen") {
      list.push(this.#expression(0));
      if (this.#kind() === "Comma") this.#index += 1;
    }
    this.#expect("Rparen");
    return { kind: "call", depth: height(list), name: callee.name, arguments: list };
  }

  #valueProjection(left: Ast, bare: boolean, power: TokenKind = "Star"): Ast {
    const right = bare ? current : this.#afterProjection(bindingPower(power));
    return binary("valueProjection", left, right);
  }

  #flatten(operand: Ast): Ast {
    const left: Ast = { kind: "flatten", depth: operand.depth + 1, operand };
    return binary("projection", left, this.#afterProjection(bindingPower("Flatten")));
  }

  #filter(left: Ast): Ast {
    const condition = this.#expression(0);
    this.#expect("Rbracket");
    const right = this.#kind() === "Flatten" ? current : this.#afterProjection(bindingPower("Filter"));
    return { kind: "filter", depth: height([left, right, condition]), left, right, condition };
  }

  /** `[` at the start of an expression: an index, a slice, `[*]` or a list of expressions. */
  #leadingBracket(): Ast {
    const kind = this.#kind();
    if (kind === "Number" || kind === "Colon") return this.#indexOrSlice(current);
    if (kind === "Star" && this.#token(1).kind === "Rbracket") {
      this.#index += 2;
      return binary("projection", current, this.#afterProjection(bindingPower("Star")));
    }
    return this.#list();
  }

  #bracket(left: Ast): Ast {
    const kind = this.#kind();
    if (kind === "Number" || kind === "Colon") return this.#indexOrSlice(left);
    this.#expect("Star");
    this.#expect("Rbracket");
    return binary("projection", left, this.#afterProjection(bindingPower("Star")));
  }

  #indexOrSlice(left: Ast): Ast {
    if (this.#kind() === "Colon" || this.#token(1).kind === "Colon") {
      const sliced = binary("subexpression", left, this.#slice());
      return binary("projection", sliced, this.#afterProjection(bindingPower("Star")));
    }
    const index = wholeNumber(this.#token());
    this.#index += 1;
    this.#expect("Rbracket");
    return binary("subexpression", left, { kind: "index", depth: 1, index });
  }

  #slice(): Ast {
    const parts: [number | undefined, number | undefined, number | undefined] = [
      undefined,
      undefined,
      undefined,
    ];
    for (let part = 0; part < 3 && this.#kind() !== "Rbracket"; this.#index += 1) {
      const token = this.#token();
      if (token.kind === "Colon") part += 1;
      else if (token.kind === "Number") parts[part] = wholeNumber(token);
      else throw this.#error(`Expected tColon or tNumber, received: t${token.kind}`);
    }
    this.#expect("Rbracket");
    return { kind: "slice", depth: 1, parts };
  }

  #list(): Ast {
    const members: Ast[] = [];
    for (;;) {
      members.push(this.#expression(0));
      if (this.#kind() === "Rbracket") break;
      this.#expect("Comma");
    }
    this.#expect("Rbracket");
    return { kind: "list", depth: height(members), members };
  }

  #hash(): Ast {
    const members: HashMember[] = [];
    for (;;) {
      const key = this.#token();
      if (key.kind !== "UnquotedIdentifier" && key.kind !== "QuotedIdentifier") {
        throw this.#error("Expected tQuotedIdentifier or tUnquotedIdentifier");
      }
      this.#index += 1;
      this.#expect("Colon");
      members.push({ name: key.text, value: this.#expression(0) });
      if (this.#kind() === "Comma") {
        this.#index += 1;
      } else if (this.#kind() === "Rbrace") {
        this.#index += 1;
        break;
      }
    }
    return { kind: "hash", depth: height(members.map((member) => member.value)), members };
  }

  #afterDot(power: number): Ast {
    switch (this.#kind()) {
      case "QuotedIdentifier":
      case "UnquotedIdentifier":
      case "Star":
        return this.#expression(power);
      case "Lbracket":
        this.#index += 1;
        return this.#list();
      case "Lbrace":
        this.#index += 1;
        return this.#hash();
      default:
        throw this.#error("Expected identifier, lbracket, or lbrace");
    }
  }

  #afterProjection(power: number): Ast {
    const kind = this.#kind();
    if (bindingPower(kind) < 10) return current;
    if (kind === "Lbracket" || kind === "Filter") return this.#expression(power);
    if (kind !== "Dot") throw this.#error("Error");
    this.#index += 1;
    return this.#afterDot(power);
  }

  #token(ahead = 0): Token {
    return this.#tokens[this.#index + ahead] ?? this.#end;
  }

  #kind(): TokenKind {
    return this.#token().kind;
  }

  #expect(kind: TokenKind): void {
    if (this.#kind() !== kind) throw this.#error(`Expected t${kind}, received: t${this.#kind()}`);
    this.#index += 1;
  }

  #error(text: string): QuerySyntaxError {
    return syntaxError(text, this.#token().offset);
  }

  #tooDeep(): QuerySyntaxError {
    return this.#error(`expression is nested deeper than ${maxDepth} levels`);
  }
}

type BinaryKind = "subexpression" | "pipe" | "or" | "and" | "projection" | "valueProjection";

function binary(kind: BinaryKind, left: Ast, right: Ast): Ast {
  return { kind, depth: Math.max(left.depth, right.depth) + 1, left, right };
}

function comparison(comparator: Comparator, left: Ast, right: Ast): Ast {
  return { kind: "comparison", depth: Math.max(left.depth, right.depth) + 1, comparator, left, right };
}

function height(children: readonly Ast[]): number {
  return children.reduce((highest, child) => Math.max(highest, child.depth), 0) + 1;
}

function literal(token: Token): Ast {
  const decoded = decodeJson(token.text);
  if (decoded.kind === "failed") throw new QuerySyntaxError(decoded.message, token.offset);
  return { kind: "literal", depth: 1, value: decoded.value };
}

function wholeNumber(token: Token): number {
  const value = Number(token.text);
  if (token.text !== "-" && Number.isSafeInteger(value)) return value;
  throw new QuerySyntaxError(
    `strconv.Atoi: parsing "${token.text}": ${token.text === "-" ? "invalid syntax" : "value out of range"}`,
    token.offset,
  );
}
