import type { Ast } from "../jmespath/ast.ts";
import { parse } from "../jmespath/parser.ts";

const variable = /\{\{-?((?:\{[^{}]*\}|[^{}])*)\}\}/g;
/** Fields that hold an expression without braces. */
const expressionFields: ReadonlySet<string> = new Set(["jmesPath", "list"]);
/** Fields below which `jmesPath` is asked of other data than the rule's document. */
const foreignData: ReadonlySet<string> = new Set(["apiCall", "globalReference", "imageRegistry"]);

/** What a rule's texts can see and do, worked out without evaluating them; `true` where that is not certain. */
export interface ExpressionUse {
  readonly readsStatus: boolean;
  readonly usesTimeOrRandom: boolean;
}

const timeFunctions: ReadonlySet<string> = new Set(["time_now", "time_now_utc", "time_since", "random"]);
const timeText = /\b(?:time_now|time_now_utc|time_since|random)\b/;

/**
 * Looks through all expressions below `value`, a part of a rule. An expression that cannot be read before its variables
 * are substituted counts as one that sees everything.
 */
export function expressionUse(value: unknown): ExpressionUse {
  const use = { readsStatus: false, usesTimeOrRandom: false };
  walk(value, false, use);
  return use;
}

interface Use {
  readsStatus: boolean;
  usesTimeOrRandom: boolean;
}

/** `whole`: a text is an expression of the document as it stands, without braces. */
function walk(value: unknown, whole: boolean, use: Use, isForeign = false): void {
  if (typeof value === "string") {
    lookAt(value, whole, use);
  } else if (Array.isArray(value)) {
    for (const item of value) walk(item, whole, use, isForeign);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (key.includes("status") || key.includes("{{")) use.readsStatus = true;
      const foreign = isForeign || foreignData.has(key);
      walk(item, !foreign && expressionFields.has(key), use, foreign);
    }
  }
}

function lookAt(text: string, whole: boolean, use: Use): void {
  if (text.includes("$(") && text.includes("status")) use.readsStatus = true;
  if (!whole && !text.includes("{{")) return;
  if (timeText.test(text)) use.usesTimeOrRandom = true;
  let rest = text;
  if (text.includes("{{")) {
    for (const found of text.matchAll(variable)) lookAtExpression(found[1] ?? "", use);
    rest = text.replaceAll(variable, "");
  }
  if (rest.includes("{{") || (whole && rest !== text)) use.readsStatus = true;
  else if (whole) lookAtExpression(text, use);
}

function lookAtExpression(expression: string, use: Use): void {
  let ast: Ast;
  try {
    ast = parse(expression);
  } catch {
    use.readsStatus = true;
    return;
  }
  inspect(ast, true, use);
}

/** `atRoot`: the node is evaluated on the whole document, not on a part that another expression selected. */
function inspect(ast: Ast, atRoot: boolean, use: Use): void {
  switch (ast.kind) {
    case "current":
      if (atRoot) use.readsStatus = true;
      return;
    case "field":
    case "subexpression":
      inspectPath(ast, atRoot, use);
      return;
    case "literal":
    case "index":
    case "slice":
      return;
    case "pipe":
    case "projection":
    case "valueProjection":
      inspect(ast.left, atRoot, use);
      inspect(ast.right, false, use);
      return;
    case "filter":
      inspect(ast.left, atRoot, use);
      inspect(ast.right, false, use);
      inspect(ast.condition, false, use);
      return;
    case "or":
    case "and":
    case "comparison":
      inspect(ast.left, atRoot, use);
      inspect(ast.right, atRoot, use);
      return;
    case "not":
    case "flatten":
      inspect(ast.operand, atRoot, use);
      return;
    case "reference":
      inspect(ast.operand, false, use);
      return;
    case "list":
      for (const member of ast.members) inspect(member, atRoot, use);
      return;
    case "hash":
      for (const member of ast.members) inspect(member.value, atRoot, use);
      return;
    case "call":
      if (timeFunctions.has(ast.name)) use.usesTimeOrRandom = true;
      for (const argument of ast.arguments) inspect(argument, atRoot, use);
      return;
  }
}

function inspectPath(
  ast: Ast & { readonly kind: "field" | "subexpression" },
  atRoot: boolean,
  use: Use,
): void {
  const names = fieldNames(ast);
  if (names === undefined) {
    if (ast.kind !== "subexpression") return;
    inspect(ast.left, atRoot, use);
    inspect(ast.right, false, use);
    return;
  }
  if (atRoot && seesStatus(names)) use.readsStatus = true;
}

function fieldNames(ast: Ast): readonly string[] | undefined {
  if (ast.kind === "field") return [ast.name];
  if (ast.kind !== "subexpression" || ast.right.kind !== "field") return undefined;
  const left = fieldNames(ast.left);
  return left === undefined ? undefined : [...left, ast.right.name];
}

function seesStatus([root, part, field]: readonly string[]): boolean {
  if (root !== "request") return false;
  if (part === undefined) return true;
  if (part !== "object" && part !== "oldObject") return false;
  return field === undefined || field === "status";
}
