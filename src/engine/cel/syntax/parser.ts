import { CelError } from "../values/cel-error.ts";
import { doubleOf, intOf } from "../values/numbers.ts";
import type { Ast, FieldEntry, MapEntry } from "./ast.ts";
import { CelIssueError } from "./cel-syntax-error.ts";
import { tokenize } from "./lexer.ts";
import { expandMacro } from "./macros.ts";
import type { Token } from "./token.ts";

const maxLength = 100_000;
const maxDepth = 250;
/** Operators of one level nest to the left, without a bracket in sight. */
const maxOperators = 1500;

const reserved: ReadonlySet<string> = new Set(
  "as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);

/** Operators from the loosest to the tightest; `&&`, `||` and `?:` stand apart. */
const levels: readonly (readonly string[])[] = [
  ["==", "!=", "<", "<=", ">", ">=", "in"],
  ["+", "-"],
  ["*", "/", "%"],
];

/** Reads an expression. Throws a `CelIssueError` with the place of what is wrong. */
export function parse(source: string): Ast {
  if (source.length > maxLength) {
    throw new CelIssueError(
      `expression code point size exceeds limit: size: ${source.length}, limit ${maxLength}`,
      0,
    );
  }
  return new Parser(tokenize(source)).parse();
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  #operators = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Ast {
    const ast = this.#expression();
    if (this.#peek().kind !== "end") throw this.#unexpected();
    return ast;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", text: "<EOF>", offset: 0 };
  }

  #next(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #is(text: string): boolean {
    const token = this.#peek();
    return token.kind === "symbol" && token.text === text;
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): Token {
    if (!this.#is(text)) throw this.#unexpected(`'${text}'`);
    return this.#next();
  }

  #unexpected(expected?: string): CelIssueError {
    const { text, offset } = this.#peek();
    const reason =
      expected === undefined ? `unexpected '${text}'` : `mismatched input '${text}' expecting ${expected}`;
    return new CelIssueError(`Syntax error: ${reason}`, offset);
  }

  #expression(): Ast {
    if (++this.#depth > maxDepth) {
      throw new CelIssueError(`expression recursion limit exceeded: ${maxDepth}`, this.#peek().offset);
    }
    const condition = this.#logic("||");
    let result = condition;
    if (this.#is("?")) {
      const { offset } = this.#next();
      const whenTrue = this.#logic("||");
      this.#expect(":");
      result = { kind: "conditional", condition, whenTrue, whenFalse: this.#expression(), offset };
    }
    this.#depth--;
    return result;
  }

  #logic(operator: "&&" | "||"): Ast {
    const first = operator === "||" ? this.#logic("&&") : this.#binary(0);
    if (!this.#is(operator)) return first;
    const { offset } = this.#peek();
    const operands = [first];
    while (this.#take(operator)) operands.push(operator === "||" ? this.#logic("&&") : this.#binary(0));
    return { kind: "logic", operator, operands, offset };
  }

  #binary(level: number): Ast {
    const operators = levels[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const token = this.#peek();
      if (token.kind !== "symbol" || !operators.includes(token.text)) return left;
      this.#countOperator(token.offset);
      this.#at++;
      const right = this.#binary(level + 1);
      const name = token.text === "in" ? "@in" : `_${token.text}_`;
      left = { kind: "call", name, target: undefined, arguments: [left, right], offset: token.offset };
    }
  }

  #countOperator(offset: number): void {
    if (++this.#operators > maxOperators) {
      throw new CelIssueError(`expression has more than ${maxOperators} operators`, offset);
    }
  }

  #unary(): Ast {
    const { offset } = this.#peek();
    if (!this.#is("!") && !this.#is("-")) return this.#member();
    const sign = this.#peek().text;
    let count = 0;
    while (this.#take(sign)) count++;
    const token = this.#peek();
    if (sign === "-" && count % 2 === 1 && (token.kind === "int" || token.kind === "double")) {
      this.#at++;
      const literal = this.#number(token, true);
      return this.#selectors({ ...literal, offset });
    }
    const operand = this.#member();
    if (count % 2 === 0) return operand;
    const name = sign === "!" ? "!_" : "-_";
    return { kind: "call", name, target: undefined, arguments: [operand], offset };
  }

  #number(token: Token & { readonly kind: "int" | "double" }, isNegative: boolean): Ast {
    if (token.kind === "double") {
      return {
        kind: "literal",
        value: doubleOf(isNegative ? -token.value : token.value),
        offset: token.offset,
      };
    }
    try {
      return { kind: "literal", value: intOf(isNegative ? -token.value : token.value), offset: token.offset };
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      throw new CelIssueError("invalid int literal", token.offset);
    }
  }

  #member(): Ast {
    return this.#selectors(this.#primary());
  }

  #selectors(first: Ast): Ast {
    let operand = first;
    for (;;) {
      const { offset } = this.#peek();
      if (this.#take(".")) operand = this.#selector(operand, offset);
      else if (this.#take("[")) {
        const optional = this.#take("?");
        const index = this.#expression();
        this.#expect("]");
        operand = { kind: "index", operand, index, optional, offset };
      } else if (this.#is("{")) {
        const name = qualifiedName(operand);
        if (name === undefined) return operand;
        this.#at++;
        operand = { kind: "struct", name, fields: this.#fields(), offset };
      } else return operand;
      this.#countOperator(offset);
    }
  }

  #selector(operand: Ast, offset: number): Ast {
    const optional = this.#take("?");
    const token = this.#next();
    if (token.kind !== "identifier" && token.kind !== "quoted") {
      this.#at--;
      throw this.#unexpected("IDENTIFIER");
    }
    if (optional || token.kind === "quoted" || !this.#is("(")) {
      return { kind: "select", operand, field: token.text, optional, offset };
    }
    return this.#call(token.text, operand);
  }

  #call(name: string, target: Ast | undefined): Ast {
    const { offset } = this.#expect("(");
    const call = { name, target, arguments: this.#sequence(")", () => this.#expression(), false), offset };
    return expandMacro(call) ?? { kind: "call", ...call };
  }

  /** Elements up to a closing bracket; a comma may follow the last one where `trailing` says so. */
  #sequence<T>(close: string, element: () => T, trailing: boolean): readonly T[] {
    const elements: T[] = [];
    if (this.#take(close)) return elements;
    for (;;) {
      if (trailing && elements.length === 0 && this.#take(",")) {
        this.#expect(close);
        return elements;
      }
      elements.push(element());
      if (this.#take(close)) return elements;
      if (!this.#is(",")) throw this.#unexpected(`'${close}'`);
      this.#at++;
      if (trailing && this.#take(close)) return elements;
    }
  }

  #primary(): Ast {
    const token = this.#next();
    const { offset } = token;
    switch (token.kind) {
      case "literal":
        return { kind: "literal", value: token.value, offset };
      case "int":
      case "double":
        return this.#number(token, false);
      case "identifier":
        return this.#identifier(token.text, offset);
      case "symbol":
        return this.#bracketed(token.text, offset);
      case "quoted":
      case "end":
        this.#at--;
        throw this.#unexpected();
      default:
        return token satisfies never;
    }
  }

  #identifier(name: string, offset: number): Ast {
    if (reserved.has(name.replace(/^\./, ""))) {
      throw new CelIssueError(`reserved identifier: ${name}`, offset);
    }
    return this.#is("(") ? this.#call(name, undefined) : { kind: "ident", name, offset };
  }

  #bracketed(text: string, offset: number): Ast {
    if (text === "(") {
      const inner = this.#expression();
      this.#expect(")");
      return inner;
    }
    if (text === "[") {
      const element = (): { readonly value: Ast; readonly optional: boolean } => {
        const optional = this.#take("?");
        return { value: this.#expression(), optional };
      };
      return { kind: "list", elements: this.#sequence("]", element, true), offset };
    }
    if (text === "{") {
      const entry = (): MapEntry => {
        const optional = this.#take("?");
        const key = this.#expression();
        this.#expect(":");
        return { key, value: this.#expression(), optional };
      };
      return { kind: "map", entries: this.#sequence("}", entry, true), offset };
    }
    const token = this.#peek();
    if (text === "." && token.kind === "identifier") {
      this.#at++;
      return this.#identifier(`.${token.text}`, offset);
    }
    this.#at--;
    throw this.#unexpected();
  }

  #fields(): readonly FieldEntry[] {
    const field = (): FieldEntry => {
      const optional = this.#take("?");
      const token = this.#next();
      if (token.kind !== "identifier" && token.kind !== "quoted") {
        this.#at--;
        throw this.#unexpected("IDENTIFIER");
      }
      const { offset } = this.#expect(":");
      return { name: token.text, value: this.#expression(), optional, offset };
    };
    return this.#sequence("}", field, true);
  }
}

/** `a.b.c` for a chain of names, undefined for all else. */
export function qualifiedName(ast: Ast): string | undefined {
  const names: string[] = [];
  let node = ast;
  while (node.kind === "select" && !node.optional) {
    names.push(node.field);
    node = node.operand;
  }
  return node.kind === "ident" ? [node.name, ...names.reverse()].join(".") : undefined;
}
