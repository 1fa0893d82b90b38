import type { Ast } from "#engine/cel/syntax/ast.ts";
import { Uint } from "#engine/cel/values/cel-value.ts";
import type { CelValue } from "#engine/cel/values/cel-value.ts";
import { Float } from "#engine/values/json.ts";

const plainName = /^[A-Za-z_]\w*$/;

/** An expression written out again; undefined for one with literals that have no short form. */
export function celText(ast: Ast): string | undefined {
  try {
    return textOf(ast);
  } catch (error) {
    if (error instanceof NoText) return undefined;
    throw error;
  }
}

class NoText extends Error {}

function textOf(ast: Ast): string {
  switch (ast.kind) {
    case "literal":
      return literalText(ast.value);
    case "ident":
      return ast.name;
    case "select":
      return selectText(ast.operand, ast.field, ast.optional);
    case "has":
      return `has(${selectText(ast.operand, ast.field, ast.optional)})`;
    case "index":
      return `${operandText(ast.operand)}[${ast.optional ? "?" : ""}${textOf(ast.index)}]`;
    case "call":
      return callText(ast);
    case "logic":
      return ast.operands.map(operandText).join(` ${ast.operator} `);
    case "conditional":
      return [
        operandText(ast.condition),
        "?",
        operandText(ast.whenTrue),
        ":",
        operandText(ast.whenFalse),
      ].join(" ");
    case "list":
      return `[${ast.elements.map(({ value, optional }) => `${optional ? "?" : ""}${textOf(value)}`).join(", ")}]`;
    case "map":
      return `{${ast.entries.map(({ key, value, optional }) => `${optional ? "?" : ""}${textOf(key)}: ${textOf(value)}`).join(", ")}}`;
    case "struct":
      return `${ast.name}{${ast.fields.map(({ name, value, optional }) => `${optional ? "?" : ""}${name}: ${textOf(value)}`).join(", ")}}`;
    case "comprehension":
      return comprehensionText(ast);
    case "bind":
      return `cel.bind(${ast.variable}, ${textOf(ast.value)}, ${textOf(ast.body)})`;
    case "optionalMap": {
      const name = ast.flat ? "optFlatMap" : "optMap";
      return `${operandText(ast.operand)}.${name}(${ast.variable}, ${textOf(ast.body)})`;
    }
    default:
      return ast satisfies never;
  }
}

function selectText(operand: Ast, field: string, optional: boolean): string {
  const name = plainName.test(field) ? field : `\`${field}\``;
  return `${operandText(operand)}.${optional ? "?" : ""}${name}`;
}

function callText({ name, target, arguments: list }: Ast & { readonly kind: "call" }): string {
  const [first, second] = list;
  if (target === undefined && first !== undefined) {
    if (name === "!_" || name === "-_") return `${name[0] ?? ""}${operandText(first)}`;
    const operator = name === "@in" ? "in" : /^_(.+)_$/.exec(name)?.[1];
    if (operator !== undefined && second !== undefined) {
      return `${operandText(first)} ${operator} ${operandText(second)}`;
    }
  }
  const call = `${name}(${list.map(textOf).join(", ")})`;
  return target === undefined ? call : `${operandText(target)}.${call}`;
}

function comprehensionText(ast: Ast & { readonly kind: "comprehension" }): string {
  const { macro, range, variables, predicate, transform } = ast;
  const name = macro === "existsOne" && variables.length === 1 ? "exists_one" : macro;
  const rest = [predicate, transform].flatMap((part) => (part === undefined ? [] : [textOf(part)]));
  return `${operandText(range)}.${name}(${[...variables, ...rest].join(", ")})`;
}

/** In parentheses where an operator would bind otherwise. */
function operandText(ast: Ast): string {
  const isOperator = ast.kind === "call" && ast.target === undefined && /^(?:_.+_|[!-]_|@in)$/.test(ast.name);
  const isSign = ast.kind === "literal" && literalText(ast.value).startsWith("-");
  const isLoose = isOperator || isSign || ast.kind === "logic" || ast.kind === "conditional";
  return isLoose ? `(${textOf(ast)})` : textOf(ast);
}

function literalText(value: CelValue): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (value instanceof Float) return withPoint(value.value);
  if (value instanceof Uint) return `${value.value}u`;
  throw new NoText();
}

function withPoint(value: number): string {
  if (!Number.isFinite(value)) throw new NoText();
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
